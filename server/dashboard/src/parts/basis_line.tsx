// What the figures of a page rest on: zone, consent, notes, as of, and the queries behind them.
import { useEffect, useState } from 'preact/hooks';
import { statements, type Question, type Report, type Statement } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { parseMoney, toNumber } from '../money.ts';
import { SidePanel } from './side_panel.tsx';

export function BasisLine({ report, question }: { report: Report; question: Question }) {
  const { words, formats } = useSpeech();
  const [open, setOpen] = useState(false);
  const asOf = formats.dateTime(new Date(report.as_of), report.zone);
  const { comparison, consent } = report;
  const notes = report.notes.flatMap((note) => {
    const figure = Object.values(note.data).find((value) => typeof value === 'number');
    const count = typeof figure === 'number' ? figure : 0;
    const sentence = words.notes[note.code]?.(count, formats.count(count));
    return sentence ? [{ code: note.code, sentence }] : [];
  });
  return (
    <div class="basis">
      <span>{words.basis.zone} <b>{report.zone.split('/').pop()?.replaceAll('_', ' ')}</b></span>
      {consent.coverage !== null && <span><b>{formats.percent(consent.coverage, 0)}</b> {words.basis.consent}</span>}
      {consent.policy === 'block' && <span>{words.basis.consentOnly}</span>}
      {consent.uncounted_estimate !== null && (
        <span>{words.basis.uncounted(formats.percent(consent.uncounted_estimate, 0))}</span>
      )}
      {notes.map((note) => <span key={note.code}>{note.sentence}</span>)}
      {report.other_currencies.map(({ currency, conversions, value }) => (
        <span key={currency}>{words.basis.otherCurrency(conversions, formats.money(toNumber(parseMoney(value) ?? 0n), currency))}</span>
      ))}
      <span>{words.basis.asOf} <b>{asOf}</b>{comparison?.until && `, ${words.basis.sameTime}`}</span>
      {comparison && <span>{words.basis.comparison} <b>{formats.range(comparison.from, comparison.to)}</b></span>}
      <button class="link" type="button" onClick={() => setOpen(true)}>{words.basis.sql}</button>
      {open && <Queries question={question} close={() => setOpen(false)} />}
    </div>
  );
}

function Queries({ question, close }: { question: Question; close(): void }) {
  const { words } = useSpeech();
  const [found, setFound] = useState<Statement[] | 'failed' | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    void statements(question, controller.signal).then((answer) => {
      if (!controller.signal.aborted) setFound(answer.ok ? answer.value : 'failed');
    });
    return () => controller.abort();
  }, [question]);
  return (
    <SidePanel title={words.basis.sqlTitle} close={close}>
      <p class="soft">{found === 'failed' ? words.basis.sqlFailed : words.basis.sqlNote}</p>
      {Array.isArray(found) && found.map((statement) => (
        <section key={statement.name} class="query">
          <h3>{statement.name}</h3>
          <pre tabIndex={0}>{statement.sql}</pre>
          <dl>
            {Object.entries(statement.parameters).map(([name, value]) => (
              <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
            ))}
          </dl>
        </section>
      ))}
    </SidePanel>
  );
}
