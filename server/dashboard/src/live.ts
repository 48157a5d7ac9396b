// Follows what the collector has just seen, while the tab can be seen. And the installation check: a page opened with a
// token, the server's look at it, and the live view's verdict until it is good or ten seconds are over.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { check as askCheck, live as askLive, type Failure, type LiveView, type PageLook, type Verdict } from './api/client.ts';

const kPollMillis = 2000;
const kCheckPollMillis = 1000;
/** By then the first event shows, or the cause is named. */
export const kCheckMillis = 10_000;
/** Who was told that only consent is missing may still give it. */
const kConsentMillis = 60_000;
/** The server's clock is asked just after the page was opened. */
const kEarlierMillis = 1000;

export interface Followed { view: LiveView | null; failure: Failure | null }

/** The last view, asked for every two seconds; old figures stay while nothing answers. */
export function useLive(site: string): Followed {
  const [followed, setFollowed] = useState<Followed>({ view: null, failure: null });
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') {
        const answer = await askLive(site, null, null, controller.signal);
        if (controller.signal.aborted) return;
        setFollowed((before) => (answer.ok ? { view: answer.value, failure: null } : { view: before.view, failure: answer.failure }));
        if (!answer.ok && answer.failure.status === 401) return;
      }
      timer = setTimeout(() => void look(), kPollMillis);
    };
    const shown = () => {
      if (document.visibilityState === 'visible') void look();
    };
    setFollowed({ view: null, failure: null });
    void look();
    document.addEventListener('visibilitychange', shown);
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
    };
  }, [site]);
  return followed;
}

export type CheckState =
  | { phase: 'idle' }
  | { phase: 'running' | 'done'; view: LiveView | null; page: PageLook | null; verdict: Verdict | null }
  | { phase: 'failed'; failure: Failure };

export interface Checking { state: CheckState; begin(address: URL): void }

export function useCheck(site: string): Checking {
  const [state, setState] = useState<CheckState>({ phase: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => {
    setState({ phase: 'idle' });
    return () => running.current?.abort();
  }, [site]);

  const begin = useCallback((address: URL) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const token = newToken();
    const opened = new URL(address);
    opened.hash = `etappe-check=${token}`;
    // Within the click, or the browser takes it for an advertisement.
    window.open(opened.href, '_blank', 'noopener');
    setState({ phase: 'running', view: null, page: null, verdict: null });
    void run(site, address.href, token, controller.signal, setState);
  }, [site]);
  return { state, begin };
}

type Set = (change: (before: CheckState) => CheckState) => void;

async function run(site: string, url: string, token: string, signal: AbortSignal, set: Set): Promise<void> {
  const first = await askLive(site, null, null, signal);
  if (signal.aborted) return;
  if (!first.ok) return set(() => ({ phase: 'failed', failure: first.failure }));
  const since = first.value.now - kEarlierMillis;
  // Who may not send the server to a page learns the cause from the live view alone.
  let looking = true;
  void askCheck(site, { url, check: token, since }, signal).then((answer) => {
    looking = false;
    if (signal.aborted || !answer.ok) return;
    set((before) => (before.phase === 'running' || before.phase === 'done' ? { ...before, page: answer.value.page } : before));
  });
  for (;;) {
    await pause(kCheckPollMillis, signal);
    if (signal.aborted) return;
    const answer = await askLive(site, since, token, signal);
    if (signal.aborted) return;
    if (!answer.ok) return set(() => ({ phase: 'failed', failure: answer.failure }));
    const { now, verdict } = answer.value;
    const waited = now - since;
    const done = verdict?.success === true || (waited >= kCheckMillis + kEarlierMillis && !looking);
    set((before) => ({
      phase: done ? 'done' : 'running', view: answer.value, verdict,
      page: before.phase === 'running' || before.phase === 'done' ? before.page : null,
    }));
    const waitsForConsent = verdict?.cause === 'no_consent_yet' && waited < kConsentMillis;
    if (done && !waitsForConsent) return;
  }
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((go) => {
    const timer = setTimeout(go, millis);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      go();
    }, { once: true });
  });
}

function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The address a person typed, with https where they left the scheme out; null when it is none of a page. */
export function pageAddress(text: string): URL | null {
  const typed = text.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}
