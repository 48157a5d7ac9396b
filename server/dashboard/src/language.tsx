// The language a person reads: its words and its formats, for every component below the provider.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { makeFormats, type Formats, type Language } from './format.ts';
import { de, type Words } from './words/de.ts';
import { en } from './words/en.ts';

export interface Speech { language: Language; words: Words; formats: Formats }

const kSpeech: Record<Language, Speech> = {
  de: { language: 'de', words: de, formats: makeFormats('de') },
  en: { language: 'en', words: en, formats: makeFormats('en') },
};
const SpeechContext = createContext<Speech>(kSpeech.de);
export const SpeechProvider = SpeechContext.Provider;

export function speechOf(language: Language): Speech {
  return kSpeech[language];
}

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}

/** What was chosen before, else the browser's first language; English where that is neither. */
export function startLanguage(stored: string | null, browser: string): Language {
  if (stored === 'de' || stored === 'en') return stored;
  return browser.toLowerCase().startsWith('de') ? 'de' : 'en';
}
