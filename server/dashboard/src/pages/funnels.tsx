// Where do we lose people? One funnel at a time.
import type { FunnelReport, Site } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Choices } from '../parts/choices.tsx';
import { DataTable, type Column } from '../parts/data_table.tsx';
import { FunnelChart, FunnelSum } from '../parts/funnel_chart.tsx';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { ReportPage } from '../parts/report_page.tsx';

export function Funnels({ site, ended }: { site: Site; ended(): void }) {
  const speech = useSpeech();
  const { words } = speech;
  const { view } = useNavigation();
  // A funnel that is gone is asked for all the same: the server's refusal says so, another funnel would not.
  const chosen = view.funnel ?? site.funnels[0]?.id;
  if (chosen === undefined) {
    return (
      <main id="content" class="page" tabIndex={-1}>
        <div class="head"><div><h1>{words.pages.funnels}</h1><p>{words.questions.funnels}</p></div></div>
        <section class="card state"><p>{words.funnel.none}</p></section>
      </main>
    );
  }
  return (
    <ReportPage
      name="funnel" site={site} funnel={chosen} title={words.pages.funnels} question={words.questions.funnels} shape="page"
      ended={ended} answer={(report) => answer(report, speech)}
      controls={site.funnels.length > 1 || view.funnel !== null ? <FunnelPicker site={site} chosen={chosen} /> : null}
    >
      {(report) => <Content report={report} />}
    </ReportPage>
  );
}

function FunnelPicker({ site, chosen }: { site: Site; chosen: string }) {
  const { words } = useSpeech();
  const { view, go } = useNavigation();
  const name = site.funnels.find(({ id }) => id === chosen)?.name ?? chosen;
  return (
    <Popover
      class="chip" label={null} panelLabel={words.funnel.choose} align="right"
      button={<><span class="k">{words.funnel.choose}</span> {name} <Icon name="down" /></>}
    >
      {(close) => (
        <Choices
          class="list" label={words.funnel.choose} chosen={chosen} options={site.funnels}
          choose={(funnel) => {
            go({ ...view, funnel });
            close();
          }}
        />
      )}
    </Popover>
  );
}

function Content({ report }: { report: FunnelReport }) {
  const { words } = useSpeech();
  const { view, go } = useNavigation();
  const toggle = view.table ? words.chart.asChart : words.chart.asTable;
  return (
    <Card
      title={words.funnel.title(report.funnel.name)} caption={words.funnel.caption(report.funnel.window_days)}
      actions={
        <>
          <Popover class="btn icon quiet" label={words.chart.definition} panelLabel={words.chart.definition} align="right" button={<Icon name="info" />}>
            {() => <p class="definition">{words.definitions['funnel']}</p>}
          </Popover>
          <button class="btn icon quiet" type="button" aria-label={toggle} title={toggle} onClick={() => go({ ...view, table: !view.table })}>
            <Icon name={view.table ? 'chart' : 'table'} />
          </button>
        </>
      }
    >
      <div class="in">
        {view.table ? <StepTable report={report} /> : <FunnelChart table={report} />}
        <FunnelSum table={report} />
      </div>
    </Card>
  );
}

interface StepRow { row: Row; place: number }

function StepTable({ report }: { report: FunnelReport }) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const rows: StepRow[] = rowsOf(report).map((row, place) => ({ row, place }));
  const count = (value: number | null): string => (value === null ? '–' : formats.count(value));
  const share = (value: number | null): string => (value === null ? '–' : formats.percent(value, 1));
  const time = (value: number | null): string => (value === null ? '–' : formats.duration(value));
  const figure = (id: string, head: string, show: (value: number | null) => string): Column<StepRow> => ({
    id, head, order: ({ row }) => row.number(id), cell: ({ row }) => show(row.number(id)),
  });
  const columns: Column<StepRow>[] = [
    { id: 'step', head: words.table.step, order: ({ place }) => place, cell: ({ row, place }) => `${place + 1} ${row.text('step')}` },
    figure('visitors', words.funnel.people, count),
    figure('visitors_previous', words.funnel.before, count),
    figure('rate_from_first', words.funnel.fromFirst, share),
    figure('rate_from_previous', words.funnel.fromPrevious, share),
    figure('drop_off', words.funnel.dropOff, count),
    figure('median_seconds_to_next', words.funnel.time, time),
  ];
  return (
    <DataTable
      caption={words.funnel.tableCaption(report.funnel.name)} columns={columns} rows={rows} keyOf={({ place }) => String(place)}
      sort={view.sort ?? { column: 'step', descending: false }} onSort={(sort) => go({ ...view, sort })}
    />
  );
}

function answer(report: FunnelReport, { words, formats }: Speech): string {
  const rate = totalsOf(report.totals).number('completion_rate');
  const last = rowsOf(report).at(-1)?.text('step');
  return rate === null || last === undefined ? words.funnel.nobody : words.funnel.answer(formats.percent(rate, 1), last);
}
