// What was reached, when, at which value? Primary and micro conversions stand apart.
import type { ConversionsReport, Site } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { roundColumn, toNumber } from '../money.ts';
import { useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { ChangeCell } from '../parts/change_cell.tsx';
import { ChartCard } from '../parts/chart_card.tsx';
import { DataTable, type Column } from '../parts/data_table.tsx';
import { ReportPage } from '../parts/report_page.tsx';
import { countTile, moneyTile } from '../parts/tiles.ts';
import { TileStrip } from '../parts/tile_strip.tsx';
import { kFewestConversions } from '../findings.ts';
import { conversionsSeries, kConversionMeasures } from './conversions_series.ts';

type Weight = 'primary' | 'micro';

export function Conversions({ site, ended }: { site: Site; ended(): void }) {
  const speech = useSpeech();
  const { words } = speech;
  return (
    <ReportPage
      name="conversions" site={site} funnel={null} title={words.pages.conversions} question={words.questions.conversions}
      shape="page" ended={ended} answer={(report) => answer(report, speech)}
    >
      {(report) => <Content report={report} />}
    </ReportPage>
  );
}

function Content({ report }: { report: ConversionsReport }) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const measure = kConversionMeasures.find((each) => each === view.tile) ?? kConversionMeasures[0];
  const weight: Weight = measure === 'micro_conversions' ? 'micro' : 'primary';
  const rows = rowsOf(report);
  const known = rows.some((row) => row.text('weight') === weight && row.text('name') === view.pick);
  const pick = known ? view.pick : null;
  const totals = totalsOf(report.totals);
  const name = (id: string): string => words.measures[id] ?? id;
  return (
    <>
      <TileStrip
        chosen={measure} controls="chart" choose={(tile) => go({ ...view, tile, pick: null })}
        tiles={[
          countTile('conversions', name('conversions'), totals, formats),
          moneyTile('conversion_value', name('conversion_value'), totals, report.currency, formats),
          countTile('micro_conversions', name('micro_conversions'), totals, formats),
        ]}
      />
      <ChartCard
        id="chart" measure={pick === null ? name(measure) : `${name(measure)}: ${pick}`} definition={words.definitions[measure] ?? ''}
        report={report} series={conversionsSeries(report, measure, pick, name(measure), formats)} labelledBy={`tile-${measure}`}
      />
      <Names report={report} weight="primary" />
      <Names report={report} weight="micro" />
    </>
  );
}

interface NameRow { row: Row; name: string; value: number; change: number | null }

function Names({ report, weight }: { report: ConversionsReport; weight: Weight }) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const source = rowsOf(report).filter((row) => row.text('weight') === weight);
  if (source.length === 0 && weight === 'micro') return null;
  const money = source.map((row) => row.money('conversion_value') ?? 0n);
  const places = toNumber(money.reduce((sum, value) => sum + value, 0n)) >= 1000 ? 0 : 2;
  const values = roundColumn(money, places);
  const rows: NameRow[] = source.map((row, index) => ({ row, name: row.text('name'), value: values[index] ?? 0, change: changeOf(row) }));
  const sign = formats.currencySign(report.currency);
  const sum = source.reduce((total, row) => total + (row.number('conversions') ?? 0), 0);
  const tileOf: Record<Weight, string | null> = { primary: view.tile === 'micro_conversions' ? null : view.tile, micro: 'micro_conversions' };
  const average = (row: Row): number | null => {
    const value = row.money('average_value');
    return value === null ? null : toNumber(value);
  };
  const columns: Column<NameRow>[] = [
    {
      id: 'name', head: words.table.name, order: ({ name }) => name, foot: words.table.total,
      cell: ({ name }) => (
        <button
          class="link" type="button" aria-label={words.conversions.show(name)} aria-pressed={view.pick === name}
          onClick={() => go({ ...view, tile: tileOf[weight], pick: view.pick === name ? null : name })}
        >
          {name}
        </button>
      ),
    },
    {
      id: 'conversions', head: words.table.conversions, shortHead: words.table.conversionsShort,
      order: ({ row }) => row.number('conversions'), cell: ({ row }) => formats.count(row.number('conversions') ?? 0),
      bar: ({ row }) => row.number('conversions') ?? 0, foot: formats.count(sum),
    },
    {
      id: 'change', head: words.table.change, order: ({ change }) => change, foot: '',
      cell: ({ change }) => <ChangeCell ratio={change} compared={report.comparison !== null} />,
    },
    {
      id: 'value', head: words.table.value(sign), order: ({ value }) => value, cell: ({ value }) => formats.amount(value, places),
      bar: ({ value }) => value, foot: formats.amount(values.reduce((total, value) => total + value, 0), places),
    },
    {
      id: 'average', head: words.table.average(sign), wideOnly: true, order: ({ row }) => average(row), foot: '',
      cell: ({ row }) => {
        const value = average(row);
        return value === null ? '–' : formats.amount(value, 2);
      },
    },
    {
      id: 'last', head: words.table.lastFired, wideOnly: true, order: ({ row }) => row.text('last_fired') || null, foot: '',
      cell: ({ row }) => (row.text('last_fired') ? formats.dateTime(new Date(row.text('last_fired')), report.zone) : '–'),
    },
  ];
  const title = words.conversions[weight];
  return (
    <Card title={title} {...(weight === 'micro' ? { caption: words.conversions.microNote } : {})}>
      <div class="in">
        {source.length === 0
          ? <p class="soft">{words.conversions.none}</p>
          : (
            <DataTable
              caption={weight === 'primary' ? words.conversions.primaryCaption : words.conversions.microCaption}
              columns={columns} rows={rows} keyOf={({ name }) => name}
              sort={view.sort ?? { column: 'conversions', descending: true }} onSort={(sort) => go({ ...view, sort })}
            />
          )}
      </div>
    </Card>
  );
}

/** Too few in both periods are no change; the line is the one the channels report draws. */
function changeOf(row: Row): number | null {
  const now = row.number('conversions') ?? 0;
  const before = row.number('conversions_previous');
  return before === null || before === 0 || Math.max(now, before) < kFewestConversions ? null : now / before - 1;
}

function answer(report: ConversionsReport, { words, formats }: Speech): string {
  const totals = totalsOf(report.totals);
  const value = toNumber(totals.money('conversion_value') ?? 0n);
  const count = totals.number('conversions') ?? 0;
  return words.conversions.answer(formats.count(count), count, formats.money(value, report.currency));
}
