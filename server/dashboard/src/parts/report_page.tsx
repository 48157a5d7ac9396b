// The frame every report page shares: title and answer, the states of loading, and the basis line at its foot.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { Question, ReportName, Reports, Site } from '../api/client.ts';
import { todayIn, type Day } from '../day.ts';
import { useSpeech } from '../language.tsx';
import { isAway, useReport } from '../load.ts';
import { useNavigation } from '../navigation.tsx';
import { spanOf } from '../period.ts';
import { BasisLine } from './basis_line.tsx';
import { FirstRun } from './first_run.tsx';
import { AwayBanner, FailureCard, Skeleton, SlowNote } from './states.tsx';

interface ReportPageProps<N extends ReportName> {
  name: N;
  site: Site;
  funnel: string | null;
  title: string;
  question: string;
  shape: 'overview' | 'page';
  ended(): void;                                     // the session is over
  answer(report: Reports[N]): string;
  controls?: ComponentChildren;
  children(report: Reports[N]): ComponentChildren;
}

/** Looks again while nothing is recorded yet, so that the first event shows up by itself. */
const kFirstRunMillis = 5000;

export function ReportPage<N extends ReportName>(props: ReportPageProps<N>) {
  const { name, site, funnel, title, shape, ended } = props;
  const { words } = useSpeech();
  const { view } = useNavigation();
  const span = spanOf(view.period, todayIn(site.zone, new Date()));
  const question = useMemo<Question & { name: N }>(
    () => ({ name, site: site.key, from: span.from, to: span.to, compare: view.compare, funnel }),
    [name, site.key, span.from, span.to, view.compare, funnel]);
  const loaded = useReport(question, kFirstRunMillis);
  const { phase, report, failure, failedAt } = loaded;

  useEffect(() => {
    document.title = `${title} · ${site.name} · Etappe`;
  }, [title, site.name]);
  useEffect(() => {
    if (failure?.status === 401) ended();
  }, [failure, ended]);

  const away = isAway(failure);
  const failed = phase === 'failed' && failure && failedAt && !away;
  const shown = !failed && phase !== 'cancelled' ? report : null;
  const dimmed = shown !== null && (phase === 'waiting' || phase === 'slow' || away);
  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="head">
        <div>
          <h1>{title}</h1>
          <p>{shown?.state === 'ok' ? props.answer(shown) : props.question}</p>
        </div>
        {props.controls}
      </div>
      {away && failure && <AwayBanner failure={failure} />}
      {phase === 'slow' && !away && <SlowNote cancel={loaded.cancel} />}
      {failed && <FailureCard page={title} failure={failure} at={failedAt} zone={site.zone} retry={loaded.retry} />}
      {phase === 'cancelled' && (
        <p class="notice" role="status">
          {words.states.cancelled}
          <button class="btn" type="button" onClick={loaded.retry}>{words.states.retry}</button>
        </p>
      )}
      {!shown && !failed && phase !== 'cancelled' && <Skeleton visible={phase !== 'quiet'} shape={shape} />}
      {shown && (
        <div class={dimmed ? 'report dimmed' : 'report'} aria-busy={dimmed}>
          {shown.state === 'nothing_recorded' && <FirstRun site={site} />}
          {shown.state === 'nothing_in_period' && <EmptyPeriod nearest={shown.nearest_day} />}
          {shown.state === 'ok' && props.children(shown)}
          {shown.state !== 'nothing_recorded' && <BasisLine report={shown} question={question} />}
        </div>
      )}
    </main>
  );
}

function EmptyPeriod({ nearest }: { nearest: Day | null }) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  return (
    <section class="card state">
      <div>
        <h2>{words.states.emptyPeriod}</h2>
        {nearest && (
          <>
            <p>{words.states.nearest(formats.date(nearest))}</p>
            <p class="buttons">
              <button class="btn primary" type="button" onClick={() => go({ ...view, period: { kind: 'days', from: nearest, to: nearest } })}>
                {words.states.showNearest(formats.date(nearest))}
              </button>
            </p>
          </>
        )}
      </div>
    </section>
  );
}
