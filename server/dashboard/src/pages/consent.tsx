// What do visitors decide, and how much goes on that nothing is counted of?
import type { Day } from '../day.ts';
import type { ConsentReport, Site, TableWithTotals } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { DataTable, type Column } from '../parts/data_table.tsx';
import { ReportPage } from '../parts/report_page.tsx';
import type { Sort } from '../route.ts';

export function Consent({ site, ended }: { site: Site; ended(): void }) {
  const speech = useSpeech();
  const { words, formats } = speech;
  return (
    <ReportPage
      name="consent" site={site} funnel={null} title={words.pages.consent} question={words.questions.consent}
      shape="page" ended={ended} answer={(report) => answer(report, speech)}
    >
      {(report) => (
        <>
          <p>{words.consent.policies[report.consent.policy]}</p>
          <p class="soft">{report.consent.script_loads > 0 ? words.consent.estimateNote : words.consent.noEstimate}</p>
          <Figures title={words.consent.byVersion} first="version" table={report.by_version} nameOf={(name) => name || words.consent.noVersion} />
          <Figures title={words.consent.byRegion} first="region" table={report.by_region} nameOf={(name) => formats.region(name) || words.consent.noRegion} />
          <Figures title={words.consent.byDevice} first="device" table={report.by_device} nameOf={(name) => words.devices[name] ?? name} />
          <Figures title={words.consent.byDay} first="day" table={report} nameOf={(day) => formats.date(day as Day)} />
        </>
      )}
    </ReportPage>
  );
}

interface FiguresProps { title: string; first: 'day' | 'version' | 'region' | 'device'; table: TableWithTotals; nameOf(key: string): string }

function Figures({ title, first, table, nameOf }: FiguresProps) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const totals = totalsOf(table.totals);
  const count = (row: Row, column: string): string => formats.count(row.number(column) ?? 0);
  const share = (row: Row, column: string): string => {
    const value = row.number(column);
    return value === null ? '–' : words.consent.about(formats.percent(value, 0));
  };
  const figure = (id: string, cell: (row: Row, column: string) => string, wideOnly = false): Column<Row> => ({
    id, head: words.consent.heads[id] ?? id, wideOnly, order: (row) => row.number(id),
    cell: (row) => cell(row, id), foot: cell(totals, id),
  });
  const columns: Column<Row>[] = [
    { id: first, head: words.consent.heads[first] ?? first, order: (row) => row.text(first), cell: (row) => nameOf(row.text(first)), foot: words.table.total },
    figure('grants', count), figure('marketing_grants', count, true), figure('script_loads', count, true),
    figure('grant_rate_estimate', share), figure('uncounted_estimate', share),
  ];
  const start: Sort = first === 'day' ? { column: 'day', descending: true } : { column: 'script_loads', descending: true };
  return (
    <Card title={title}>
      <div class="in">
        <DataTable
          caption={title} columns={columns} rows={rowsOf(table)} keyOf={(row) => row.text(first)}
          sort={first === 'day' ? view.sort ?? start : start} onSort={(sort) => first === 'day' && go({ ...view, sort })}
        />
      </div>
    </Card>
  );
}

function answer(report: ConsentReport, { words, formats }: Speech): string {
  const totals = totalsOf(report.totals);
  const rate = totals.number('grant_rate_estimate');
  const grants = totals.number('grants') ?? 0;
  if (rate === null) return words.consent.answerGrants(grants, formats.count(grants));
  return words.consent.answer(formats.percent(rate, 0));
}
