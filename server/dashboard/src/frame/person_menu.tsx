// Who is signed in, how the page looks to them, and the way out.
import type { Me } from '../api/client.ts';
import type { Language } from '../format.ts';
import { speechOf, useSpeech } from '../language.tsx';
import { Link, useNavigation } from '../navigation.tsx';
import { Choices } from '../parts/choices.tsx';
import { Popover } from '../parts/popover.tsx';
import type { Theme } from '../preferences.ts';
import { kSafeguardPages, onPage } from '../route.ts';

export interface PersonMenuProps {
  me: Me;
  theme: Theme;
  setTheme(theme: Theme): void;
  setLanguage(language: Language): void;
  signOut(): void;
}

export function PersonMenu({ me, theme, setTheme, setLanguage, signOut }: PersonMenuProps) {
  const { language, words } = useSpeech();
  const { view } = useNavigation();
  const name = me.name || me.login;
  return (
    <Popover
      class="person" label={null} panelLabel={words.top.person} align="right"
      button={<><span class="avatar">{initials(name)}</span><span class="vh"> {name}: {words.top.person}</span></>}
    >
      {() => (
        <div class="person-panel">
          <p><b>{name}</b><span class="muted">{me.login} · {words.top.roles[me.role]}</span></p>
          <h3>{words.top.theme}</h3>
          <Choices
            class="seg" label={words.top.theme} chosen={theme} choose={setTheme}
            options={(['system', 'light', 'dark'] as const).map((id) => ({ id, name: words.top.themes[id] }))}
          />
          <h3>{words.top.language}</h3>
          <Choices
            class="seg" label={words.top.language} chosen={language} choose={setLanguage}
            options={(['de', 'en'] as const).map((id) => ({ id, name: speechOf(id).words.language }))}
          />
          {kSafeguardPages.map((page) => (
            <Link key={page} class="btn only-narrow" to={onPage(view, page)}>{words.pages[page]}</Link>
          ))}
          <button class="btn" type="button" onClick={signOut}>{words.top.signOut}</button>
        </div>
      )}
    </Popover>
  );
}

/** Katrin Albers → KA; admin → AD. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  const letters = parts.length > 1
    ? [...(parts[0] ?? '')].slice(0, 1).concat([...(parts.at(-1) ?? '')].slice(0, 1))
    : [...(parts[0] ?? '')].slice(0, 2);
  return letters.join('').toUpperCase();
}
