// What is stored about a person, and is it erased? A look that names its purpose, the data as a file, its erasure, and
// the receipts of all erasures. Nothing of it stands in the address: an id does not belong into a history.
import { useCallback, useEffect, useId, useState } from 'preact/hooks';
import { erase as order, erasures as askErasures, subject as lookUp, type Erasure, type Failure, type Site, type Subject, type SubjectQuestion } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { isAway } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Choices } from '../parts/choices.tsx';
import { Icon } from '../parts/icon.tsx';
import { AwayBanner, FailureCard, Skeleton } from '../parts/states.tsx';

const kShownRows = 25;
const kPollMillis = 2000;
const kIsPending: Record<Erasure['state'], boolean> = { open: true, counted: true, erased: false, gone: false };

export function Rights({ site, ended }: { site: Site; ended(): void }) {
  const { words } = useSpeech();
  const { list, failure, again } = useErasures(site.key);
  useEffect(() => {
    document.title = `${words.pages.rights} · ${site.name} · Etappe`;
  }, [words, site.name]);
  useEffect(() => {
    if (failure?.status === 401) ended();
  }, [failure, ended]);
  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="head"><div><h1>{words.pages.rights}</h1><p>{words.questions.rights}</p></div></div>
      {failure && isAway(failure) && <AwayBanner failure={failure} />}
      {failure && !isAway(failure) && failure.status !== 401 && (
        <FailureCard page={words.pages.rights} failure={failure} at={new Date()} zone={site.zone} retry={again} />
      )}
      {list === null && failure === null && <Skeleton visible={false} shape="page" />}
      {list !== null && (
        <div class="report">
          <Inquiry site={site} ordered={again} ended={ended} />
          <Card title={words.rights.receipts} caption={words.rights.receiptsCaption}>
            <div class="in"><Receipts list={list} zone={site.zone} /></div>
          </Card>
        </div>
      )}
    </main>
  );
}

/** The receipts; looked at again while one is not carried out. */
function useErasures(site: string): { list: Erasure[] | null; failure: Failure | null; again(): void } {
  const [list, setList] = useState<Erasure[] | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void askErasures(site, controller.signal).then((answer) => {
      if (controller.signal.aborted) return;
      setFailure(answer.ok ? null : answer.failure);
      if (answer.ok) setList(answer.value);
      const waits = answer.ok ? answer.value.some(({ state }) => kIsPending[state]) : isAway(answer.failure);
      if (waits) timer = setTimeout(again, kPollMillis);
    });
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [site, attempt, again]);
  return { list, failure, again };
}

type Kind = 'visitor' | 'person';
type Look =
  | { phase: 'idle' }
  | { phase: 'asking' }
  | { phase: 'failed'; failure: Failure }
  | { phase: 'found'; question: SubjectQuestion; subject: Subject }
  | { phase: 'ordered'; receipt: string };

function Inquiry({ site, ordered, ended }: { site: Site; ordered(): void; ended(): void }) {
  const { words } = useSpeech();
  const text = words.rights;
  const [kind, setKind] = useState<Kind>('visitor');
  const [name, setName] = useState('');
  const [purpose, setPurpose] = useState('');
  const [wrong, setWrong] = useState(false);
  const [look, setLook] = useState<Look>({ phase: 'idle' });
  const id = useId();
  const fail = (failure: Failure) => {
    if (failure.status === 401) ended();
    setLook({ phase: 'failed', failure });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const isMissing = name.trim() === '' || purpose.trim() === '';
    setWrong(isMissing);
    if (isMissing) return;
    const question: SubjectQuestion = kind === 'visitor' ? { visitor: name.trim(), purpose: purpose.trim() } : { person: name.trim(), purpose: purpose.trim() };
    setLook({ phase: 'asking' });
    void lookUp(site.key, question).then((answer) => (answer.ok ? setLook({ phase: 'found', question, subject: answer.value }) : fail(answer.failure)));
  };
  const erase = (question: SubjectQuestion) => {
    setLook({ phase: 'asking' });
    void order(site.key, question).then((answer) => {
      if (!answer.ok) return fail(answer.failure);
      setLook({ phase: 'ordered', receipt: answer.value.receipt });
      ordered();
    });
  };
  return (
    <>
      <Card title={text.look} caption={text.lookCaption}>
        <form class="in rights-form" onSubmit={submit} noValidate autoComplete="off">
          <Choices
            class="seg" label={text.kind} chosen={kind} choose={(one) => setKind(one)}
            options={(['visitor', 'person'] as const).map((one) => ({ id: one, name: text.kinds[one] }))}
          />
          <label>
            {text.ids[kind]}
            <input
              type="text" autoCapitalize="none" spellcheck={false} maxLength={64} value={name} aria-invalid={wrong && name.trim() === ''} aria-describedby={id}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label>
            {text.purpose}
            <input
              type="text" maxLength={200} placeholder={text.purposeHint} value={purpose} aria-invalid={wrong && purpose.trim() === ''} aria-describedby={id}
              onInput={(event) => setPurpose(event.currentTarget.value)}
            />
          </label>
          <p class="buttons"><button class="btn primary" type="submit" disabled={look.phase === 'asking'}>{text.submit}</button></p>
          <p class="error" id={id}>{wrong ? text.missing : ''}</p>
          <div class="outcome" role="status">
            {look.phase === 'asking' && <p class="soft">{words.states.slow}</p>}
            {look.phase === 'failed' && (
              <p class="verdict bad"><Icon name="warning" /><span><b>{text.refused}</b> {isAway(look.failure) ? words.states.away : (words.states.reasons[look.failure.reason] ?? words.states.reason)}</span></p>
            )}
            {look.phase === 'ordered' && <p class="verdict good"><Icon name="check" /><span>{text.ordered(look.receipt)}</span></p>}
            {look.phase === 'found' && isEmpty(look.subject) && <p class="verdict good"><Icon name="check" /><span>{text.nothing}</span></p>}
          </div>
        </form>
      </Card>
      {look.phase === 'found' && !isEmpty(look.subject) && <Found site={site} subject={look.subject} erase={() => erase(look.question)} />}
    </>
  );
}

function isEmpty({ places }: Subject): boolean {
  return places.events.rows.length === 0 && places.events_rejected.rows.length === 0;
}

function Found({ site, subject, erase }: { site: Site; subject: Subject; erase(): void }) {
  const { words, formats } = useSpeech();
  const text = words.rights;
  const [asks, setAsks] = useState(false);
  const { events, events_rejected: rejected, erasures } = subject.places;
  const { rows } = events;
  const all = rows.length + rejected.rows.length;
  const at = (row: Record<string, unknown> | undefined) => formats.dateTime(new Date(String(row?.['ts'])), site.zone);
  const sentences = [
    rows.length > 0 && text.sum(rows.length, formats.count(rows.length), at(rows[0]), at(rows.at(-1))),
    rejected.rows.length > 0 && text.rejected(rejected.rows.length, formats.count(rejected.rows.length)),
    subject.kind === 'person' && text.visitors(subject.visitors.length, formats.count(subject.visitors.length)),
    subject.shared_visitors.length > 0 && text.shared(subject.shared_visitors.length, formats.count(subject.shared_visitors.length)),
    !events.complete && text.incomplete,
    erasures.receipts.length > 0 && text.before(erasures.receipts.length, formats.count(erasures.receipts.length)),
  ].filter((sentence): sentence is string => sentence !== false);
  return (
    <Card title={text.found}>
      <div class="in rights-found">
        {sentences.map((sentence) => <p key={sentence}>{sentence}</p>)}
        {rows.length > 0 && <Rows rows={rows.slice(0, kShownRows)} all={rows.length} zone={site.zone} />}
        <p class="buttons">
          <button class="btn" type="button" onClick={() => save(subject)}>{text.download}</button>
          {!asks && <button class="btn" type="button" onClick={() => setAsks(true)}>{text.erase}</button>}
        </p>
        {asks && (
          <div class="verdict bad" role="group" aria-label={text.erase}>
            <Icon name="warning" />
            <div>
              <p><b>{text.confirm(all, formats.count(all))}</b></p>
              <p>{text.confirmMore}</p>
              <p class="buttons">
                <button class="btn danger" type="button" onClick={erase}>{text.eraseNow(all, formats.count(all))}</button>
                <button class="btn" type="button" onClick={() => setAsks(false)}>{text.cancel}</button>
              </p>
            </div>
          </div>
        )}
      </div>
    </Card>
  );
}

function Rows({ rows, all, zone }: { rows: Record<string, unknown>[]; all: number; zone: string }) {
  const { words, formats } = useSpeech();
  const text = words.rights;
  const cell = (row: Record<string, unknown>, name: string) => (typeof row[name] === 'string' ? row[name] : '');
  return (
    <>
      <div class="scroll live-events" tabIndex={0} role="group" aria-label={text.rows}>
        <table>
          <caption class="vh">{text.rows}</caption>
          <thead>
            <tr><th scope="col">{text.columns.time}</th><th scope="col">{text.columns.type}</th><th scope="col">{text.columns.page}</th><th scope="col">{text.columns.name}</th></tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={`${cell(row, 'id')} ${index}`}>
                <th scope="row">{formats.dateTime(new Date(cell(row, 'ts')), zone)}</th>
                <td>{words.live.types[cell(row, 'type')] ?? cell(row, 'type')}</td>
                <td class="where"><span>{cell(row, 'host')}{cell(row, 'path')}</span></td>
                <td>{cell(row, 'name')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="soft">{text.shown(formats.count(rows.length), formats.count(all))}</p>
    </>
  );
}

/** The answer as it came, as a file named by the hash: its name must not say whose it is. */
function save(subject: Subject): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(subject, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `etappe-${subject.kind}-${subject.hash}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

function Receipts({ list, zone }: { list: Erasure[]; zone: string }) {
  const { words, formats } = useSpeech();
  const text = words.rights;
  if (list.length === 0) return <p class="soft">{text.noReceipts}</p>;
  const figure = (one: Erasure, place: string) => {
    const count = one.places.find((candidate) => candidate.place === place)?.erased;
    return typeof count === 'number' ? formats.count(count) : '–';
  };
  return (
    <div class="scroll receipts" tabIndex={0} role="group" aria-label={text.receipts}>
      <table>
        <caption class="vh">{text.receipts}</caption>
        <thead>
          <tr>
            <th scope="col">{text.heads.ordered}</th><th scope="col">{text.heads.reason}</th><th scope="col">{text.heads.state}</th>
            <th scope="col">{text.heads.rows}</th><th scope="col">{text.heads.rejected}</th><th scope="col">{text.heads.receipt}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => (
            <tr key={one.receipt}>
              <th scope="row">{formats.dateTime(new Date(one.ordered_at), zone)}</th>
              <td>{text.reasons[one.reason] ?? one.reason}</td>
              <td><span class={kIsPending[one.state] ? 'tag warn' : 'tag'}>{text.states[one.state]}</span></td>
              <td>{figure(one, 'events')}</td>
              <td>{figure(one, 'events_rejected')}</td>
              <td><code>{one.receipt}</code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
