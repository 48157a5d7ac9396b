// Rows of a report, read by column name instead of by position.
import { parseMoney, type Micros } from '../money.ts';
import type { Cell, Table, Totals } from './client.ts';

export interface Row {
  text(column: string): string;
  /** Null where the report has nothing to say: not computable, not recorded, not compared. */
  number(column: string): number | null;
  money(column: string): Micros | null;
}

export function rowsOf(table: Table): Row[] {
  const position = new Map(table.columns.map((column, index) => [column.name, index]));
  return table.rows.map((cells) => readBy((column) => cells[position.get(column) ?? -1] ?? null));
}

export function totalsOf(totals: Totals): Row {
  return readBy((column) => totals[column] ?? null);
}

function readBy(cell: (column: string) => Cell): Row {
  return {
    text: (column) => String(cell(column) ?? ''),
    number: (column) => {
      const value = cell(column);
      return typeof value === 'number' ? value : null;
    },
    money: (column) => {
      const value = cell(column);
      return typeof value === 'string' ? parseMoney(value) : null;
    },
  };
}
