// Where do visitors and conversions come from?
import { useState } from 'preact/hooks';
import type { ChannelsReport, Site } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { markOf } from '../channels.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { roundColumn, toNumber } from '../money.ts';
import { useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { ChannelTable } from '../parts/channel_table.tsx';
import { ChartCard } from '../parts/chart_card.tsx';
import { Choices } from '../parts/choices.tsx';
import { DataTable, type Column } from '../parts/data_table.tsx';
import { Dot } from '../parts/dot.tsx';
import { ReportPage } from '../parts/report_page.tsx';
import { SidePanel } from '../parts/side_panel.tsx';
import type { Sort } from '../route.ts';
import { channelsSeries, kChannelMeasures } from './channels_series.ts';

export function Channels({ site, ended }: { site: Site; ended(): void }) {
  const speech = useSpeech();
  const { words } = speech;
  const { view, go } = useNavigation();
  const measure = kChannelMeasures.find((each) => each === view.tile) ?? kChannelMeasures[0];
  return (
    <ReportPage
      name="channels" site={site} funnel={null} title={words.pages.channels} question={words.questions.channels}
      shape="page" ended={ended} answer={(report) => answer(report, speech)}
      controls={
        <Choices
          class="seg" label={words.measuresLabel} chosen={measure} choose={(tile) => go({ ...view, tile })}
          options={kChannelMeasures.map((id) => ({ id, name: words.measures[id] ?? id }))}
        />
      }
    >
      {(report) => (
        <>
          <ChartCard
            id="chart" measure={words.measures[measure] ?? measure} definition={words.definitions[measure] ?? ''}
            series={channelsSeries(report, measure, speech)} report={report} labelledBy={null}
          />
          <Card title={words.pages.channels}>
            <div class="in">
              <ChannelTable
                table={report} currency={report.currency} compared={report.comparison !== null} sort={view.sort}
                onSort={(sort) => go({ ...view, sort })} pick={(pick) => go({ ...view, pick })}
              />
            </div>
          </Card>
          {view.pick !== null && rowsOf(report).some((row) => row.text('channel') === view.pick) && (
            <Breakdown report={report} channel={view.pick} close={() => go({ ...view, pick: null })} />
          )}
        </>
      )}
    </ReportPage>
  );
}

interface SourceRow { row: Row; key: string; value: number }

function Breakdown({ report, channel, close }: { report: ChannelsReport; channel: string; close(): void }) {
  const { words, formats } = useSpeech();
  const [sort, setSort] = useState<Sort>({ column: 'sessions', descending: true });
  const name = words.channels[channel] ?? channel;
  const source = rowsOf(report.breakdown).filter((row) => row.text('channel') === channel);
  const values = source.map((row) => row.money('conversion_value') ?? 0n);
  const places = toNumber(values.reduce((sum, value) => sum + value, 0n)) >= 1000 ? 0 : 2;
  const rounded = roundColumn(values, places);
  const rows: SourceRow[] = source.map((row, index) => (
    { row, key: `${row.text('source')}\n${row.text('medium')}`, value: rounded[index] ?? 0 }));
  const total = (column: string): string => formats.count(source.reduce((sum, row) => sum + (row.number(column) ?? 0), 0));
  const columns: Column<SourceRow>[] = [
    { id: 'source', head: words.table.source, order: ({ row }) => row.text('source'), cell: ({ row }) => row.text('source'), foot: words.table.total },
    { id: 'medium', head: words.table.medium, order: ({ row }) => row.text('medium'), cell: ({ row }) => row.text('medium'), foot: '' },
    {
      id: 'sessions', head: words.table.sessions, order: ({ row }) => row.number('sessions'),
      cell: ({ row }) => formats.count(row.number('sessions') ?? 0), foot: total('sessions'),
    },
    {
      id: 'conversions', head: words.table.conversionsShort, order: ({ row }) => row.number('conversions'),
      cell: ({ row }) => formats.count(row.number('conversions') ?? 0), foot: total('conversions'),
    },
    {
      id: 'value', head: words.table.value(formats.currencySign(report.currency)), order: ({ value }) => value,
      cell: ({ value }) => formats.amount(value, places), foot: formats.amount(rounded.reduce((sum, value) => sum + value, 0), places),
    },
  ];
  return (
    <SidePanel title={<span class="name"><Dot mark={markOf(channel)} />{name}</span>} close={close}>
      <DataTable caption={words.table.breakdownCaption(name)} columns={columns} rows={rows} keyOf={({ key }) => key} sort={sort} onSort={setSort} />
    </SidePanel>
  );
}

/** The channel with most conversions, with its share of them all. */
function answer(report: ChannelsReport, { words, formats }: Speech): string {
  const rows = rowsOf(report);
  const all = totalsOf(report.totals).number('conversions') ?? 0;
  const first = [...rows].sort((a, b) => (b.number('conversions') ?? 0) - (a.number('conversions') ?? 0))[0];
  const most = first?.number('conversions') ?? 0;
  if (!first || all === 0 || most === 0) return words.questions.channels;
  const channel = first.text('channel');
  return words.channelsAnswer(words.channels[channel] ?? channel, formats.count(most), formats.count(all), formats.percent(most / all, 0));
}
