// Where one can go: the left column, icons below 1100 px, tabs at the foot of a phone.
import type { Site } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { Link, useNavigation } from '../navigation.tsx';
import { Icon, Logo } from '../parts/icon.tsx';
import { kAnalysePages, kSafeguardPages, kTabPages, onPage, type Page } from '../route.ts';
import { SiteSwitcher } from './site_switcher.tsx';

export function Nav({ sites, site }: { sites: Site[]; site: Site }) {
  const { words } = useSpeech();
  const { view } = useNavigation();
  return (
    <nav class="nav" aria-label={words.nav.main}>
      <Link class="brand" to={onPage(view, 'overview')} title="Etappe"><Logo /><span>Etappe</span></Link>
      <SiteSwitcher sites={sites} site={site} />
      <ul><Entry page="overview" /><Entry page="live" /></ul>
      <h2>{words.nav.analyse}</h2>
      <ul>{kAnalysePages.map((page) => <Entry key={page} page={page} />)}</ul>
      <h2>{words.nav.safeguard}</h2>
      <ul>{kSafeguardPages.map((page) => <Entry key={page} page={page} />)}</ul>
    </nav>
  );
}

export function Tabs() {
  const { words } = useSpeech();
  const { view } = useNavigation();
  return (
    <nav class="tabs" aria-label={words.nav.areas}>
      {kTabPages.map((page) => (
        <Link key={page} to={onPage(view, page)} current={view.page === page}>
          <Icon name={page} />
          {words.pages[page]}
        </Link>
      ))}
    </nav>
  );
}

function Entry({ page }: { page: Page }) {
  const { words } = useSpeech();
  const { view } = useNavigation();
  return (
    <li>
      <Link to={onPage(view, page)} current={view.page === page} title={words.pages[page]}>
        <Icon name={page} />
        <span>{words.pages[page]}</span>
      </Link>
    </li>
  );
}
