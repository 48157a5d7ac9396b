// A site without a single event: the snippet, then consent, then a look whether it works, in that order.
import type { Site } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { CopyButton } from './copy_button.tsx';
import { InstallationCheck } from './installation_check.tsx';

export function FirstRun({ site }: { site: Site }) {
  const { words } = useSpeech();
  const text = words.firstRun;
  return (
    <section class="card first-run" aria-labelledby="first-run">
      <h2 id="first-run">{text.title}</h2>
      <p class="soft">{text.lead}</p>
      <ol>
        <li>
          <h3>{text.snippet}</h3>
          <p>{text.snippetText}</p>
          <pre tabIndex={0}>{site.snippet}</pre>
          <p class="buttons"><CopyButton class="btn primary" name={text.copy} text={site.snippet} /></p>
          <p class="small muted">{text.csp} <code>etappe site snippet --csp</code></p>
        </li>
        <li>
          <h3>{text.consent}</h3>
          <p>{text.consentText}</p>
        </li>
        <li>
          <h3>{words.check.title}</h3>
          <p>{words.check.caption}</p>
          <InstallationCheck site={site} />
          <p class="small muted"><span class="pulse" aria-hidden="true" />{text.waiting} {text.waitingText} {site.domains.join(', ')}</p>
        </li>
      </ol>
    </section>
  );
}
