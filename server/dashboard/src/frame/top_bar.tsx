// The bar that stays on top: period, comparison, the demo chip and the person's menu.
import type { Me, Site } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Choices } from '../parts/choices.tsx';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { PeriodPicker } from './period_picker.tsx';
import { PersonMenu, type PersonMenuProps } from './person_menu.tsx';
import { SiteSwitcher } from './site_switcher.tsx';

interface TopBarProps extends PersonMenuProps { me: Me; sites: Site[]; site: Site }

export function TopBar({ sites, site, ...person }: TopBarProps) {
  const { words } = useSpeech();
  const { view } = useNavigation();
  const hasPeriod = view.page !== 'live' && view.page !== 'rights';
  return (
    <header class="bars">
      <div class="top">
        <div class="only-narrow mname"><SiteSwitcher sites={sites} site={site} /></div>
        {hasPeriod && <div class="only-wide filters"><Filters site={site} /></div>}
        <div class="right">
          {site.demo && <span class="demo"><Icon name="info" /> {words.top.demo}</span>}
          <PersonMenu {...person} />
        </div>
      </div>
      {hasPeriod && <div class="only-narrow filters"><Filters site={site} /></div>}
    </header>
  );
}

function Filters({ site }: { site: Site }) {
  const { words } = useSpeech();
  return (
    <div class="chips" role="group" aria-label={words.top.group}>
      <PeriodPicker zone={site.zone} />
      <ComparePicker />
    </div>
  );
}

function ComparePicker() {
  const { words } = useSpeech();
  const { view, go } = useNavigation();
  const name = words.top.compares[view.compare];
  return (
    <Popover
      class="chip" label={null} panelLabel={words.top.compare} align="left"
      button={<><span class="k">{words.top.compare}</span> {name} <Icon name="down" /></>}
    >
      {(close) => (
        <Choices
          class="list" label={words.top.compare} chosen={view.compare}
          options={[{ id: 'previous', name: words.top.compares.previous }, { id: 'none', name: words.top.compares.none }]}
          choose={(compare) => {
            go({ ...view, compare });
            close();
          }}
        />
      )}
    </Popover>
  );
}
