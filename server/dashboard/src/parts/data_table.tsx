// A sortable table with a totals row. A grey bar stands in the sorted column only. 25 rows, then 25 more.
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import type { Sort } from '../route.ts';

export interface Column<R> {
  id: string;
  head: string;
  shortHead?: string;                          // on a phone
  wideOnly?: boolean;                          // left out on a phone
  order(row: R): string | number | null;       // null sorts last, either way
  cell(row: R): ComponentChildren;
  bar?(row: R): number;                        // length of the bar while sorted by this column
  foot?: ComponentChildren;
}

interface DataTableProps<R> {
  caption: string;
  columns: Column<R>[];
  rows: R[];
  keyOf(row: R): string;
  sort: Sort;
  onSort(sort: Sort): void;
}

const kPage = 25;

export function DataTable<R>({ caption, columns, rows, keyOf, sort, onSort }: DataTableProps<R>) {
  const { words } = useSpeech();
  const [pages, setPages] = useState(1);
  const box = useRef<HTMLDivElement>(null);
  const scrolls = useScrolls(box);
  const sorted = columns.find((column) => column.id === sort.column) ?? columns[0];
  const ordered = sorted ? [...rows].sort((a, b) => compare(sorted.order(a), sorted.order(b), sort.descending)) : rows;
  const shown = ordered.slice(0, pages * kPage);
  const longest = sorted?.bar ? Math.max(...rows.map((row) => sorted.bar?.(row) ?? 0), 0) : 0;
  const hasFoot = columns.some((column) => column.foot !== undefined);
  const className = (column: Column<R>) => (column.wideOnly ? 'hide-s' : undefined);
  return (
    <div class="scroll" ref={box} {...(scrolls ? { tabIndex: 0, role: 'group' as const, 'aria-label': caption } : {})}>
      <table>
        <caption class="vh">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => <Head key={column.id} column={column} sort={sort} onSort={onSort} />)}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) => {
                const content = column === sorted && column.bar && longest > 0
                  ? <BarCell ratio={column.bar(row) / longest}>{column.cell(row)}</BarCell>
                  : column.cell(row);
                return index === 0
                  ? <th key={column.id} scope="row">{content}</th>
                  : <td key={column.id} class={className(column)}>{content}</td>;
              })}
            </tr>
          ))}
        </tbody>
        {hasFoot && (
          <tfoot>
            <tr>
              {columns.map((column, index) => index === 0
                ? <th key={column.id} scope="row">{column.foot}</th>
                : <td key={column.id} class={className(column)}>{column.foot}</td>)}
            </tr>
          </tfoot>
        )}
      </table>
      {rows.length > shown.length && (
        <button class="btn quiet" type="button" onClick={() => setPages(pages + 1)}>
          {words.table.more(Math.min(kPage, rows.length - shown.length))}
        </button>
      )}
    </div>
  );
}

/** A box that scrolls has to be reachable by keyboard; one that does not would be a stop for nothing. */
function useScrolls(box: RefObject<HTMLDivElement>): boolean {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setScrolls(element.scrollWidth > element.clientWidth);
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    return () => sizes.disconnect();
  }, []);
  return scrolls;
}

interface HeadProps<R> { column: Column<R>; sort: Sort; onSort(sort: Sort): void }

function Head<R>({ column, sort, onSort }: HeadProps<R>) {
  const active = sort.column === column.id;
  const direction = active ? (sort.descending ? 'descending' : 'ascending') : undefined;
  // Text reads from A on, figures from the largest down: the first press gives what is looked for.
  const first = column.bar !== undefined || column.foot !== undefined;
  const press = () => onSort({ column: column.id, descending: active ? !sort.descending : first });
  return (
    <th scope="col" class={column.wideOnly ? 'hide-s' : undefined} aria-sort={direction}>
      <button type="button" class="sort" onClick={press}>
        {column.shortHead ? <><span class="hide-s">{column.head}</span><span class="only-narrow">{column.shortHead}</span></> : column.head}
        {active && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
      </button>
    </th>
  );
}

function BarCell({ ratio, children }: { ratio: number; children: ComponentChildren }) {
  return (
    <span class="barcell">
      <span class="bar" style={{ width: `${Math.max(ratio, 0) * 100}%` }} />
      <span>{children}</span>
    </span>
  );
}

function compare(a: string | number | null, b: string | number | null, descending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b)) : a - b;
  return descending ? -order : order;
}
