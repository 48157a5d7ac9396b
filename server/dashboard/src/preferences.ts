// What belongs to the person and not to the view: language and theme, kept in this browser.
import type { Language } from './format.ts';
import { startLanguage } from './language.tsx';

export type Theme = 'system' | 'light' | 'dark';
const kLanguageKey = 'etappe.language';
const kThemeKey = 'etappe.theme';

export function readLanguage(): Language {
  return startLanguage(read(kLanguageKey), navigator.language);
}

export function keepLanguage(language: Language): void {
  write(kLanguageKey, language);
  document.documentElement.lang = language;
}

export function readTheme(): Theme {
  const stored = read(kThemeKey);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

/** Sets the theme on the root element; the custom properties and the charts follow. */
export function keepTheme(theme: Theme): void {
  write(kThemeKey, theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

// Storage may be refused by the browser's settings; the choice then holds until the page is left.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}
