// Values per day from rows that leave out days without any: zero where the site was recording, nothing elsewhere.
import type { Report } from '../api/client.ts';
import { addDays, type Day } from '../day.ts';

export function filledDays(report: Report, values: Map<Day, number>): Map<Day, number | null> {
  const filled = new Map<Day, number | null>();
  for (let day = report.from; day <= report.to; day = addDays(day, 1)) {
    const before = report.recorded_from === null || day < report.recorded_from;
    const after = report.incomplete_day !== null && day > report.incomplete_day;
    filled.set(day, before || after ? null : (values.get(day) ?? 0));
  }
  return filled;
}
