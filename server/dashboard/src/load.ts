// Loads a report and tells the page what to show meanwhile. Old figures stay until the new ones are here.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { report as ask, type Failure, type Question, type ReportName, type Reports } from './api/client.ts';

/** quiet: under 150 ms, nothing moves yet. slow: over 3 s, a person may give up. */
export type Phase = 'quiet' | 'waiting' | 'slow' | 'done' | 'failed' | 'cancelled';
export interface Loaded<N extends ReportName> {
  phase: Phase;
  report: Reports[N] | null;   // during a load: the figures before
  failure: Failure | null;
  failedAt: Date | null;
  retry(): void;
  cancel(): void;
}

const kQuietMillis = 150;
const kSlowMillis = 3000;
const kRetryMillis = 5000;

interface State<N extends ReportName> {
  phase: Phase;
  report: Reports[N] | null;
  failure: Failure | null;
  failedAt: Date | null;
}

/** The collector is well and the reports are away for a moment, or nothing answers: both pass by themselves. */
export function isAway(failure: Failure | null): boolean {
  return failure !== null && (failure.status === 'offline' || (failure.status === 503 && failure.reason !== 'too_slow'));
}

/** `firstRunMillis`: how often to look again while the site has not recorded anything. */
export function useReport<N extends ReportName>(question: Question & { name: N }, firstRunMillis: number): Loaded<N> {
  const key = JSON.stringify(question);
  const [state, setState] = useState<State<N>>({ phase: 'quiet', report: null, failure: null, failedAt: null });
  const [attempt, setAttempt] = useState(0);
  const running = useRef<AbortController | null>(null);

  useEffect(() => {
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({
      ...before,
      phase: before.phase === 'failed' || before.phase === 'cancelled' ? before.phase : 'quiet',
      report: before.report?.site === question.site ? before.report : null,
    }));
    const unlessDone = (phase: Phase) => setState((now) => (now.phase === 'done' ? now : { ...now, phase }));
    const waiting = setTimeout(() => unlessDone('waiting'), kQuietMillis);
    const slow = setTimeout(() => unlessDone('slow'), kSlowMillis);
    const settle = () => {
      clearTimeout(waiting);
      clearTimeout(slow);
    };
    void ask(question, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      settle();
      if (answer.ok) {
        // The question's name picks the report, so the answer has its shape.
        setState({ phase: 'done', report: answer.value as Reports[N], failure: null, failedAt: null });
      } else {
        setState((before) => ({ ...before, phase: 'failed', failure: answer.failure, failedAt: new Date() }));
      }
    });
    return () => {
      settle();
      controller.abort();
    };
  }, [key, attempt]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const cancel = useCallback(() => {
    running.current?.abort();
    setState((before) => ({ ...before, phase: 'cancelled' }));
  }, []);

  const away = state.phase === 'failed' && isAway(state.failure);
  const firstRun = state.phase === 'done' && state.report?.state === 'nothing_recorded';
  const wait = away ? (state.failure?.retryAfterSeconds ?? 0) * 1000 || kRetryMillis : firstRunMillis;
  useEffect(() => {
    if (!away && !firstRun) return;
    const timer = setTimeout(retry, wait);
    return () => clearTimeout(timer);
  }, [wait, state, away, firstRun, retry]);

  return { ...state, retry, cancel };
}
