// A time chart in a card: title, key, definition, and the switch between chart and table.
import { useId } from 'preact/hooks';
import type { BucketSize } from '../chart/buckets.ts';
import { SeriesTable } from '../chart/series_table.tsx';
import { asBars, type TimeSeries } from '../chart/series.ts';
import { TimeChart } from '../chart/time_chart.tsx';
import type { Report } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

interface ChartCardProps {
  id: string;
  measure: string;            // the name in the title
  definition: string;
  series: TimeSeries;
  report: Report;
  labelledBy: string | null;  // the tab that controls it
}

export function ChartCard({ id, measure, definition, series, report, labelledBy }: ChartCardProps) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const titleId = useId();
  const range = formats.range(report.from, report.to);
  const per = words.chart.per[series.size];
  const toggle = view.table ? words.chart.asChart : words.chart.asTable;
  return (
    <section class="card chart-card" id={id} role={labelledBy ? 'tabpanel' : undefined} aria-labelledby={labelledBy ?? titleId}>
      <header>
        <h2 id={titleId}>{measure} {per}</h2>
        <span class="acts">
          <Popover class="btn icon quiet" label={words.chart.definition} panelLabel={words.chart.definition} align="right" button={<Icon name="info" />}>
            {() => <p class="definition"><b>{measure}</b> {definition}</p>}
          </Popover>
          <button class="btn icon quiet" type="button" aria-label={toggle} title={toggle} onClick={() => go({ ...view, table: !view.table })}>
            <Icon name={view.table ? 'chart' : 'table'} />
          </button>
        </span>
      </header>
      {view.table
        ? <div class="in"><SeriesTable series={series} caption={`${measure} ${per}, ${range}`} /></div>
        : (
          <>
            <Key series={series} report={report} />
            <div class="in flush"><TimeChart series={series} sentence={sentenceOf(series, measure, per, range, words.chart)} /></div>
          </>
        )}
    </section>
  );
}

function Key({ series, report }: { series: TimeSeries; report: Report }) {
  const { words, formats } = useSpeech();
  const single = series.lines.length === 1;
  const partial = series.buckets.some((bucket) => bucket.partial);
  const unrecorded = series.buckets.length > 0 && series.lines.every((line) => line.values[0] === null);
  const { comparison } = report;
  const partialName = (size: BucketSize): string =>
    size === 'day' ? words.chart.today(formats.time(new Date(report.as_of), report.zone)) : words.chart.partial[size];
  return (
    <div class={single ? 'key single' : 'key'}>
      {single && (
        <span>
          <svg aria-hidden="true">{asBars(series) ? <rect class="swatch" x="7" width="8" height="8" rx="1" /> : <path class="ln" d="M0 4h22" />}</svg>
          {formats.shortRange(report.from, report.to)}
        </span>
      )}
      {single && comparison && series.comparison && (
        <span>
          <svg aria-hidden="true"><path class="ln cmp" d="M0 4h22" /></svg>
          {words.chart.sameWeekdays(formats.shortRange(comparison.from, comparison.to))}
        </span>
      )}
      {!single && series.lines.map((line) => (
        <span key={line.id} class={series.lines.length > 2 ? 'only-small-chart' : undefined}>
          <span class={line.hollow ? 'dot hollow' : 'dot'} style={{ '--c': `var(${line.token})` }} />{line.name}
        </span>
      ))}
      {partial && <span><svg aria-hidden="true"><circle class={single ? 'pt' : 'pt grey'} cx="11" cy="4" r="4" /></svg>{partialName(series.size)}</span>}
      {unrecorded && <span><svg aria-hidden="true"><path class="hatch" d="M1 8 9 0M7 8 15 0M13 8 21 0" /></svg>{words.chart.notRecorded}</span>}
    </div>
  );
}

interface ChartWords {
  sentence(measure: string, per: string, range: string, low: string, high: string): string;
  sentenceEmpty(measure: string, range: string): string;
  sentenceMany(measure: string, per: string, range: string, names: string): string;
}

/** What the chart shows, for people who do not see it: its span of values over whole buckets. */
function sentenceOf(series: TimeSeries, measure: string, per: string, range: string, words: ChartWords): string {
  if (series.lines.length > 1) return words.sentenceMany(measure, per, range, series.lines.map((line) => line.name).join(', '));
  const whole = (series.lines[0]?.values ?? []).filter((value, index): value is number => value !== null && !series.buckets[index]?.partial);
  if (whole.length === 0) return words.sentenceEmpty(measure, range);
  return words.sentence(measure, per, range, series.show(Math.min(...whole)), series.show(Math.max(...whole)));
}
