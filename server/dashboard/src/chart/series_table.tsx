// A time chart as a table: the same rows, to read, sort and copy.
import { useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { DataTable, type Column } from '../parts/data_table.tsx';
import type { Sort } from '../route.ts';
import type { TimeSeries } from './series.ts';

interface SeriesTableProps { series: TimeSeries; caption: string }
interface BucketRow { key: string; label: string; values: (number | null)[]; before: number | null; change: number | null }

export function SeriesTable({ series, caption }: SeriesTableProps) {
  const { words, formats } = useSpeech();
  const [sort, setSort] = useState<Sort>({ column: 'bucket', descending: false });
  const rows: BucketRow[] = series.buckets.map((bucket, index) => {
    const now = series.lines[0]?.values[index] ?? null;
    const before = series.comparison?.[index] ?? null;
    return {
      key: bucket.from,
      label: bucket.from === bucket.to ? formats.weekdayDate(bucket.from) : formats.range(bucket.from, bucket.to),
      values: series.lines.map((line) => line.values[index] ?? null),
      before,
      change: now !== null && before !== null && before > 0 && !bucket.partial ? now / before - 1 : null,
    };
  });
  const shown = (value: number | null): string => (value === null ? '–' : series.show(value));
  const columns: Column<BucketRow>[] = [
    { id: 'bucket', head: words.chart.bucket[series.size], order: (row) => row.key, cell: (row) => row.label },
    ...series.lines.map((line, index): Column<BucketRow> => ({
      id: `line-${index}`, head: line.name, order: (row) => row.values[index] ?? null, cell: (row) => shown(row.values[index] ?? null),
    })),
    ...(series.comparison ? [
      { id: 'before', head: words.chart.previous, order: (row: BucketRow) => row.before, cell: (row: BucketRow) => shown(row.before) },
      {
        id: 'change', head: words.chart.change, order: (row: BucketRow) => row.change,
        cell: (row: BucketRow) => (row.change === null ? '–' : formats.change(row.change)),
      },
    ] : []),
  ];
  return (
    <div class="series-table">
      <DataTable caption={caption} columns={columns} rows={rows} keyOf={(row) => row.key} sort={sort} onSort={setSort} />
    </div>
  );
}
