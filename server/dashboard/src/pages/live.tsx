// Is data arriving right now, and what is happening? The collector's memory of the last minutes, looked at every two
// seconds while the tab can be seen. Visitors are not counted here: the memory knows no ids.
import { useEffect } from 'preact/hooks';
import type { LiveEvent, LiveView, Site, Tally } from '../api/client.ts';
import { useSpeech } from '../language.tsx';
import { useLive } from '../live.ts';
import { isAway } from '../load.ts';
import { useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { Icon } from '../parts/icon.tsx';
import { InstallationCheck } from '../parts/installation_check.tsx';
import { MinuteBars } from '../parts/minute_bars.tsx';
import { AwayBanner, FailureCard, Skeleton } from '../parts/states.tsx';

export function Live({ site, ended }: { site: Site; ended(): void }) {
  const { words, formats } = useSpeech();
  const { view, failure } = useLive(site.key);
  useEffect(() => {
    document.title = `${words.pages.live} · ${site.name} · Etappe`;
  }, [words, site.name]);
  useEffect(() => {
    if (failure?.status === 401) ended();
  }, [failure, ended]);
  const newest = view?.events.find((event) => event.rejected === null);
  const answer = view === null ? words.questions.live
    : newest ? words.live.answer(formats.timeToSecond(new Date(newest.at), site.zone)) : words.live.silent;
  return (
    <main id="content" class="page" tabIndex={-1}>
      <div class="head"><div><h1>{words.pages.live}</h1><p>{answer}</p></div></div>
      {failure && isAway(failure) && <AwayBanner failure={failure} />}
      {failure && !isAway(failure) && failure.status !== 401 && view === null && (
        <FailureCard page={words.pages.live} failure={failure} at={new Date()} zone={site.zone} retry={() => location.reload()} />
      )}
      {view === null && failure === null && <Skeleton visible={false} shape="page" />}
      {view !== null && <Content site={site} view={view} stale={failure !== null} />}
    </main>
  );
}

function Content({ site, view, stale }: { site: Site; view: LiveView; stale: boolean }) {
  const { words, formats } = useSpeech();
  const text = words.live;
  const navigation = useNavigation();
  const sum = view.minutes.reduce((all, count) => all + count, 0);
  const { table } = navigation.view;
  return (
    <div class={stale ? 'report dimmed' : 'report'} aria-busy={stale}>
      <div class="row c75">
        <Card
          title={text.perMinute}
          actions={
            <button
              class="btn quiet icon" type="button" aria-label={table ? words.chart.asChart : words.chart.asTable} title={table ? words.chart.asChart : words.chart.asTable}
              onClick={() => navigation.go({ ...navigation.view, table: !table })}
            >
              <Icon name={table ? 'chart' : 'table'} />
            </button>
          }
        >
          <div class="in">
            <p class="figure"><b>{formats.bigCount(sum)}</b> {text.inHalfAnHour}</p>
            <MinuteBars minutes={view.minutes} now={view.now} zone={site.zone} table={table} />
          </div>
        </Card>
        <Card title={words.check.title} caption={words.check.caption}>
          <div class="in"><InstallationCheck site={site} /></div>
        </Card>
      </div>
      {(view.refusals.length > 0 || view.wrong_scripts.length > 0) && <Refusals view={view} zone={site.zone} />}
      <Card title={text.last} caption={text.lastCaption}>
        <div class="in">
          {view.events.length === 0 ? <p class="soft">{text.none}</p> : <Events events={view.events} zone={site.zone} />}
        </div>
      </Card>
      <div class="basis">
        <span>{words.basis.zone} <b>{site.zone.split('/').pop()?.replaceAll('_', ' ')}</b></span>
        <span>{text.basis}</span>
        <span>{words.basis.asOf} <b>{formats.timeToSecond(new Date(view.now), site.zone)}</b></span>
      </div>
    </div>
  );
}

/** What does not get in, by host: the one place where a mistake in the set-up shows up by name. */
function Refusals({ view, zone }: { view: LiveView; zone: string }) {
  const { words, formats } = useSpeech();
  const text = words.live;
  const line = (key: string, sentence: string, tally: Tally) => (
    <li key={key} class="bad">
      <Icon name="warning" />
      <p><b>{tally.host === '' ? text.unknownHost : tally.host}</b> {sentence} {text.times(tally.count, formats.count(tally.count), formats.time(new Date(tally.last), zone))}</p>
    </li>
  );
  return (
    <Card title={text.refused}>
      <div class="in">
        <ul class="find">
          {view.refusals.map((one) => line(`r ${one.reason} ${one.host}`, text.reasons[one.reason] ?? text.reason(one.reason), one))}
          {view.wrong_scripts.map((one) => line(`k ${one.key} ${one.host}`, text.wrongKey(one.key), one))}
        </ul>
      </div>
    </Card>
  );
}

function Events({ events, zone }: { events: LiveEvent[]; zone: string }) {
  const { words, formats } = useSpeech();
  const text = words.live;
  return (
    <div class="scroll live-events" tabIndex={0} role="group" aria-label={text.last}>
      <table>
        <caption class="vh">{text.last}</caption>
        <thead>
          <tr>
            <th scope="col">{text.columns.time}</th><th scope="col">{text.columns.type}</th><th scope="col">{text.columns.page}</th>
            <th scope="col">{text.columns.name}</th><th scope="col">{text.columns.consent}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event, index) => (
            <tr key={`${event.at} ${index}`}>
              <th scope="row">{formats.timeToSecond(new Date(event.at), zone)}</th>
              {event.rejected === null ? <Kept event={event} /> : <td colSpan={4}><span class="tag warn">{text.rejected(event.rejected)}</span></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Kept({ event }: { event: LiveEvent }) {
  const { words } = useSpeech();
  const text = words.live;
  const granted = [event.analytics === 'granted' ? text.purposes.analytics : '', event.marketing === 'granted' ? text.purposes.marketing : ''].filter(Boolean);
  return (
    <>
      <td>{text.types[event.type ?? ''] ?? event.type}</td>
      <td class="where"><span>{event.host}{event.path}</span>{event.campaign && <span class="tag">{text.campaign}</span>}</td>
      <td>{event.name}</td>
      <td>{granted.length > 0 ? granted.join(', ') : text.purposes.none}</td>
    </>
  );
}
