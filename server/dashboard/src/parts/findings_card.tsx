// What changed: the findings as sentences, each with its evidence one press away.
import type { Finding } from '../findings.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { Link, useNavigation } from '../navigation.tsx';
import { onPage } from '../route.ts';
import { Card } from './card.tsx';
import { Icon, type IconName } from './icon.tsx';

const kIcons: Record<Finding['kind'], { icon: IconName; tone: string }> = {
  'more': { icon: 'up', tone: 'up' },
  'less': { icon: 'falling', tone: 'bad' },
  'without-conversion': { icon: 'silent', tone: '' },
};

export function FindingsCard({ found }: { found: Finding[] }) {
  const speech = useSpeech();
  const { view } = useNavigation();
  const { words } = speech;
  return (
    <Card title={words.overview.changed}>
      <div class="in">
        <ul class="find">
          {found.map((finding) => {
            const { icon, tone } = kIcons[finding.kind];
            const [lead, rest] = sentence(finding, speech);
            return (
              <li key={finding.kind} class={tone}>
                <Icon name={icon} />
                <div>
                  <p><b>{lead}</b> {rest}</p>
                  <Link to={{ ...onPage(view, 'channels'), pick: finding.channel }}>{words.findings.link}</Link>
                </div>
              </li>
            );
          })}
        </ul>
      </div>
    </Card>
  );
}

function sentence(finding: Finding, { words, formats }: Speech): [string, string] {
  const channel = words.channels[finding.channel] ?? finding.channel;
  if (finding.kind === 'without-conversion') {
    const before = finding.previous === null ? null : formats.count(finding.previous);
    return [words.findings.lead.without(channel, formats.count(finding.sessions)), words.findings.without(before)];
  }
  const change = formats.percent(Math.abs(finding.change), 0);
  const of = finding.of === null ? null : formats.count(Math.abs(finding.of));
  const difference = formats.count(Math.abs(finding.difference));
  const { lead } = words.findings;
  return [lead[finding.kind](channel, formats.count(finding.conversions), change), words.findings[finding.kind](difference, of)];
}
