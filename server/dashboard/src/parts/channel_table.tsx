// Channels with sessions, conversions, change, rate and value; used by the overview and by the channels page.
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import type { TableWithTotals } from '../api/client.ts';
import { markOf } from '../channels.ts';
import { useSpeech } from '../language.tsx';
import { roundColumn, toNumber } from '../money.ts';
import type { Sort } from '../route.ts';
import { ChangeCell } from './change_cell.tsx';
import { DataTable, type Column } from './data_table.tsx';
import { Dot } from './dot.tsx';

interface ChannelTableProps {
  table: TableWithTotals;
  currency: string;
  compared: boolean;
  sort: Sort | null;
  onSort(sort: Sort): void;
  pick: ((channel: string) => void) | null;   // opens a channel; null: names are plain text
}
interface ChannelRow { row: Row; channel: string; name: string; value: number }

export function ChannelTable({ table, currency, compared, sort, onSort, pick }: ChannelTableProps) {
  const { language, words, formats } = useSpeech();
  const source = rowsOf(table);
  const totals = totalsOf(table.totals);
  const totalValue = totals.money('conversion_value') ?? 0n;
  const places = toNumber(totalValue) >= 1000 ? 0 : 2;
  const values = roundColumn(source.map((row) => row.money('conversion_value') ?? 0n), places);
  const rows: ChannelRow[] = source.map((row, index) => {
    const channel = row.text('channel');
    return { row, channel, name: words.channels[channel] ?? channel, value: values[index] ?? 0 };
  });
  const count = (value: number | null): string => (value === null ? '–' : formats.count(value));
  const rate = (value: number | null): string => (value === null ? '–' : formats.percent(value, 2));
  const nameOf = ({ channel, name }: ChannelRow) => (
    <span class="name">
      <Dot mark={markOf(channel)} />
      {pick ? <button class="link" type="button" onClick={() => pick(channel)}>{name}</button> : name}
      {pick && language === 'de' && name !== channel && <small class="hide-s" lang="en">{channel}</small>}
    </span>
  );
  const columns: Column<ChannelRow>[] = [
    { id: 'channel', head: words.table.channel, order: ({ name }) => name, cell: nameOf, foot: words.table.all },
    {
      id: 'sessions', head: words.table.sessions, wideOnly: true, order: ({ row }) => row.number('sessions'),
      cell: ({ row }) => count(row.number('sessions')), bar: ({ row }) => row.number('sessions') ?? 0,
      foot: count(totals.number('sessions')),
    },
    {
      id: 'conversions', head: words.table.conversions, shortHead: words.table.conversionsShort,
      order: ({ row }) => row.number('conversions'), cell: ({ row }) => count(row.number('conversions')),
      bar: ({ row }) => row.number('conversions') ?? 0, foot: count(totals.number('conversions')),
    },
    {
      id: 'change', head: words.table.change, order: ({ row }) => row.number('conversions_change'),
      cell: ({ row }) => <ChangeCell ratio={row.number('conversions_change')} compared={compared} />,
      foot: <ChangeCell ratio={totals.number('conversions_change')} compared={compared} />,
    },
    {
      id: 'rate', head: words.table.rate, wideOnly: true, order: ({ row }) => row.number('conversion_rate'),
      cell: ({ row }) => rate(row.number('conversion_rate')), foot: rate(totals.number('conversion_rate')),
    },
    {
      id: 'value', head: words.table.value(formats.currencySign(currency)), order: ({ value }) => value,
      cell: ({ value }) => formats.amount(value, places), bar: ({ value }) => value,
      foot: formats.amount(values.reduce((sum, value) => sum + value, 0), places),
    },
  ];
  return (
    <DataTable
      caption={words.table.channelsCaption} columns={columns} rows={rows} keyOf={({ channel }) => channel}
      sort={sort ?? { column: 'sessions', descending: true }} onSort={onSort}
    />
  );
}
