// Who is here, which site, which page. Without a session there is only the login; the address is kept meanwhile.
import { useCallback, useEffect, useState } from 'preact/hooks';
import { logout, me as askMe, sites as askSites, type Failure, type Me, type Site } from './api/client.ts';
import type { Language } from './format.ts';
import { Nav, Tabs } from './frame/nav.tsx';
import { TopBar } from './frame/top_bar.tsx';
import { SpeechProvider, speechOf, useSpeech } from './language.tsx';
import { Link, useNavigation } from './navigation.tsx';
import { Channels } from './pages/channels.tsx';
import { Consent } from './pages/consent.tsx';
import { Conversions } from './pages/conversions.tsx';
import { Funnels } from './pages/funnels.tsx';
import { Live } from './pages/live.tsx';
import { Login, type Why } from './pages/login.tsx';
import { Overview } from './pages/overview.tsx';
import { Rights } from './pages/rights.tsx';
import { FailureCard, AwayBanner } from './parts/states.tsx';
import { isAway } from './load.ts';
import { keepLanguage, keepTheme, readLanguage, readTheme, type Theme } from './preferences.ts';

type Session =
  | { kind: 'asking' }
  | { kind: 'nobody'; why: Why }
  | { kind: 'failed'; failure: Failure; at: Date }
  | { kind: 'here'; me: Me; sites: Site[] };

const kRetryMillis = 5000;

export function App() {
  const [language, setLanguage] = useState<Language>(readLanguage);
  const [theme, setTheme] = useState<Theme>(readTheme);
  const [session, setSession] = useState<Session>({ kind: 'asking' });

  useEffect(() => keepLanguage(language), [language]);
  useEffect(() => keepTheme(theme), [theme]);

  const start = useCallback(() => {
    void openSession().then(setSession);
  }, []);
  useEffect(start, [start]);
  useEffect(() => {
    if (session.kind !== 'failed' || !isAway(session.failure)) return;
    const timer = setTimeout(start, kRetryMillis);
    return () => clearTimeout(timer);
  }, [session, start]);

  const ended = useCallback(() => setSession({ kind: 'nobody', why: 'ended' }), []);
  const signOut = useCallback(() => {
    void logout().then(() => setSession({ kind: 'nobody', why: 'signed-out' }));
  }, []);

  return (
    <SpeechProvider value={speechOf(language)}>
      {session.kind === 'nobody' && <Login why={session.why} signedIn={start} setLanguage={setLanguage} />}
      {session.kind === 'failed' && <Unreachable failure={session.failure} at={session.at} retry={start} />}
      {session.kind === 'here' && (
        <Signed me={session.me} sites={session.sites} theme={theme} setTheme={setTheme} setLanguage={setLanguage} signOut={signOut} ended={ended} />
      )}
    </SpeechProvider>
  );
}

async function openSession(): Promise<Session> {
  const who = await askMe();
  if (!who.ok) {
    return who.failure.status === 401 ? { kind: 'nobody', why: 'start' } : { kind: 'failed', failure: who.failure, at: new Date() };
  }
  const sites = await askSites();
  return sites.ok
    ? { kind: 'here', me: who.value, sites: sites.value }
    : { kind: 'failed', failure: sites.failure, at: new Date() };
}

function Unreachable({ failure, at, retry }: { failure: Failure; at: Date; retry(): void }) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <main class="login" id="content">
      <h1 class="vh">Etappe</h1>
      {isAway(failure) ? <AwayBanner failure={failure} /> : <FailureCard page="Etappe" failure={failure} at={at} zone={zone} retry={retry} />}
    </main>
  );
}

function NoSite({ any }: { any: boolean }) {
  const { words } = useSpeech();
  const { view } = useNavigation();
  return (
    <main class="login" id="content">
      <h1>Etappe</h1>
      <p>{any ? words.states.reasons['unknown_site'] : words.states.noSites}</p>
      {any && <Link class="btn primary" to={{ ...view, site: null, funnel: null, pick: null }}>{words.states.firstSite}</Link>}
    </main>
  );
}

interface SignedProps {
  me: Me;
  sites: Site[];
  theme: Theme;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
  signOut(): void;
  ended(): void;
}

function Signed({ sites, ended, ...person }: SignedProps) {
  const { words } = useSpeech();
  const { view } = useNavigation();
  // Another site's figures under this address would be silently wrong.
  const site = view.site === null ? sites[0] : sites.find(({ key }) => key === view.site);
  if (!site) return <NoSite any={sites.length > 0} />;
  const Page = { overview: Overview, live: Live, channels: Channels, conversions: Conversions, funnels: Funnels, consent: Consent, rights: Rights }[view.page];
  return (
    <>
      <a class="skip" href="#content">{words.skip}</a>
      <div class="app">
        <Nav sites={sites} site={site} />
        <div>
          <TopBar sites={sites} site={site} {...person} />
          <Page key={view.page === 'rights' ? site.key : view.page} site={site} ended={ended} />
        </div>
      </div>
      <Tabs />
    </>
  );
}
