// "Check installation": opens a page of the site with a mark in its address and says what was seen and what to do.
import { useId, useState } from 'preact/hooks';
import type { ConsentState, LiveView, PageLook, Site, Verdict } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { kCheckMillis, pageAddress, useCheck, type CheckState } from '../live.ts';
import { Icon, type IconName } from './icon.tsx';

export function InstallationCheck({ site }: { site: Site }) {
  const { words } = useSpeech();
  const text = words.check;
  const { state, begin } = useCheck(site.key);
  const [address, setAddress] = useState(`https://${site.domains[0] ?? ''}/`);
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const submit = (event: Event) => {
    event.preventDefault();
    const url = pageAddress(address);
    setWrong(url === null);
    if (url) begin(url);
  };
  return (
    <div class="check">
      <form onSubmit={submit} noValidate>
        <label>
          {text.address}
          <input
            type="url" inputMode="url" autoComplete="off" spellcheck={false} value={address} aria-invalid={wrong} aria-describedby={id}
            onInput={(event) => setAddress(event.currentTarget.value)}
          />
        </label>
        <button class="btn primary" type="submit" disabled={state.phase === 'running'}>{text.submit}</button>
      </form>
      <p class="error" id={id}>{wrong ? text.wrongAddress : ''}</p>
      <div class="outcome" role="status"><Outcome state={state} /></div>
    </div>
  );
}

function Outcome({ state }: { state: CheckState }) {
  const { words } = useSpeech();
  const text = words.check;
  if (state.phase === 'idle') return null;
  if (state.phase === 'failed') {
    return <p class="verdict bad"><Icon name="warning" /><span><b>{text.failed}</b> {text.failedText}</span></p>;
  }
  return (
    <>
      {state.phase === 'running' && <p class="soft">{text.running(kCheckMillis / 1000)}<span class="pulse" aria-hidden="true" /></p>}
      {state.phase === 'done' && state.verdict && <Sentence verdict={state.verdict} />}
      {state.view && <Seen view={state.view} page={state.page} />}
    </>
  );
}

function Sentence({ verdict }: { verdict: Verdict }) {
  const { words } = useSpeech();
  const cause = words.check.causes[verdict.cause];
  const remarks = verdict.remarks.flatMap((remark) => words.check.remarks[remark] ?? []);
  return (
    <div class={verdict.success ? 'verdict good' : 'verdict bad'}>
      <Icon name={verdict.success ? 'check' : 'warning'} />
      <div>
        <p><b>{cause ? cause.title(verdict.subject) : verdict.cause}</b></p>
        <p>{cause ? cause.todo : verdict.advice}</p>
        {verdict.cause.startsWith('csp_') && <p><code>etappe site snippet --csp</code></p>}
        {remarks.map((remark) => <p key={remark}>{remark}</p>)}
      </div>
    </div>
  );
}

type Finding = { is: 'yes' | 'no' | 'unknown'; text: string };
const kIcons: Record<Finding['is'], IconName> = { yes: 'check', no: 'close', unknown: 'silent' };

/** A decision that was not made yet is no fault. */
const kConsent: Record<ConsentState, Finding['is']> = { granted: 'yes', denied: 'no', undetermined: 'unknown' };

/** What has been seen so far, in the order in which it happens. */
function Seen({ view, page }: { view: LiveView; page: PageLook | null }) {
  const { words, formats } = useSpeech();
  const text = words.check.seen;
  const report = view.reports[0];
  const kept = view.events.filter((event) => event.rejected === null);
  const loaded = report !== undefined || view.scripts.length > 0;
  const findings: Finding[] = [
    page === null ? { is: 'unknown', text: text.notLooked }
      : page.trouble !== null && page.trouble !== 'bad_status' ? { is: 'unknown', text: text.unreadable }
        : page.right_snippets > 0 || page.inline ? { is: 'yes', text: text.snippet } : { is: 'no', text: text.noSnippet },
    loaded ? { is: 'yes', text: text.loaded } : { is: 'no', text: text.notLoaded },
    report
      ? { is: kConsent[report.analytics], text: text.consent[report.analytics] }
      : { is: 'unknown', text: text.noReport },
    kept.length > 0
      ? { is: 'yes', text: text.events(kept.length, formats.count(kept.length)) }
      : { is: report && report.analytics !== 'granted' ? 'unknown' : 'no', text: text.noEvents },
  ];
  return (
    <ul class="seen" aria-label={text.title}>
      {findings.map((finding) => <li key={finding.text} class={finding.is}><Icon name={kIcons[finding.is]} />{finding.text}</li>)}
    </ul>
  );
}
