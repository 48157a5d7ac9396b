// Which days: presets that move with the calendar, or two days of one's own.
import { useState } from 'preact/hooks';
import { daysIn, parseDay, todayIn } from '../day.ts';
import { useSpeech } from '../language.tsx';
import { useNavigation } from '../navigation.tsx';
import { Choices } from '../parts/choices.tsx';
import { Icon } from '../parts/icon.tsx';
import { Popover } from '../parts/popover.tsx';
import { kPresets, spanOf, type Period, type Span } from '../period.ts';

/** The report's own limit (docs/openapi.json, `to`). */
const kMostDays = 1096;

export function PeriodPicker({ zone }: { zone: string }) {
  const { words, formats } = useSpeech();
  const { view, go } = useNavigation();
  const today = todayIn(zone, new Date());
  const span = spanOf(view.period, today);
  return (
    <Popover
      class="chip" label={null} panelLabel={words.top.period} align="left"
      button={<><span class="vh">{words.top.period} </span>{formats.range(span.from, span.to)} <Icon name="down" /></>}
    >
      {(close) => {
        const choose = (period: Period) => {
          go({ ...view, period });
          close();
        };
        return (
          <div class="period">
            <Choices
              class="list" label={words.top.period} chosen={view.period.kind === 'preset' ? view.period.preset : null}
              options={kPresets.map((preset) => ({ id: preset, name: words.period.presets[preset] }))}
              choose={(preset) => choose({ kind: 'preset', preset })}
            />
            <OwnDays start={span} choose={choose} />
          </div>
        );
      }}
    </Popover>
  );
}

function OwnDays({ start, choose }: { start: Span; choose(period: Period): void }) {
  const { words } = useSpeech();
  const [from, setFrom] = useState<string>(start.from);
  const [to, setTo] = useState<string>(start.to);
  const [error, setError] = useState('');
  const apply = (event: Event) => {
    event.preventDefault();
    const first = parseDay(from);
    const last = parseDay(to);
    if (!first || !last) setError(words.period.missing);
    else if (first > last) setError(words.period.wrongOrder);
    else if (daysIn(first, last) > kMostDays) setError(words.period.tooLong);
    else choose({ kind: 'days', from: first, to: last });
  };
  return (
    <form class="own-days" onSubmit={apply} noValidate>
      <h3>{words.period.own}</h3>
      <label>{words.period.from}<input type="date" value={from} onInput={(event) => setFrom(event.currentTarget.value)} aria-describedby="period-error" /></label>
      <label>{words.period.to}<input type="date" value={to} onInput={(event) => setTo(event.currentTarget.value)} aria-describedby="period-error" /></label>
      <p class="error" id="period-error" role="alert">{error}</p>
      <button class="btn primary" type="submit">{words.period.apply}</button>
    </form>
  );
}
