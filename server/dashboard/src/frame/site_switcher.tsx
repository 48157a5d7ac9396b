// Which site one is looking at; a button only where there is more than one.
import type { Site } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Choices } from '../parts/choices.tsx';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';

export function SiteSwitcher({ sites, site }: { sites: Site[]; site: Site }) {
  const { words } = useSpeech();
  const { view, go } = useNavigation();
  const name = <span class="site-name"><b>{site.name}</b>{site.domains[0]}</span>;
  if (sites.length < 2) return <div class="site">{name}</div>;
  return (
    <Popover class="site" label={null} panelLabel={words.nav.site} align="left" button={<>{name}<Icon name="down" /></>}>
      {(close) => (
        <Choices
          class="list" label={words.nav.site} chosen={site.key} options={sites.map(({ key, name: text }) => ({ id: key, name: text }))}
          choose={(key) => {
            go({ ...view, site: key, funnel: null, pick: null });
            close();
          }}
        />
      )}
    </Popover>
  );
}
