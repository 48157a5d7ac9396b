// How are we doing, and what changed? One report feeds everything on this page.
import type { OverviewReport, Site } from '../api/client.ts';
import { rowsOf, totalsOf, type Row } from '../api/rows.ts';
import { daysIn } from '../day.ts';
import { findings } from '../findings.ts';
import { useSpeech, type Speech } from '../language.tsx';
import { toNumber } from '../money.ts';
import { Link, useNavigation } from '../navigation.tsx';
import { Card } from '../parts/card.tsx';
import { ChannelTable } from '../parts/channel_table.tsx';
import { ChartCard } from '../parts/chart_card.tsx';
import { FindingsCard } from '../parts/findings_card.tsx';
import { FunnelChart, FunnelSum } from '../parts/funnel_chart.tsx';
import { Icon } from '../parts/icon.tsx';
import { ReportPage } from '../parts/report_page.tsx';
import { countTile, moneyTile, rateTile } from '../parts/tiles.ts';
import { TileStrip, type Tile } from '../parts/tile_strip.tsx';
import { onPage } from '../route.ts';
import { kMeasures, overviewSeries } from './overview_series.ts';

export function Overview({ site, ended }: { site: Site; ended(): void }) {
  const speech = useSpeech();
  const { words } = speech;
  return (
    <ReportPage
      name="overview" site={site} funnel={null} title={words.pages.overview} question={words.questions.overview}
      shape="overview" ended={ended} answer={(report) => answer(report, speech)}
    >
      {(report) => <Content report={report} />}
    </ReportPage>
  );
}

function Content({ report }: { report: OverviewReport }) {
  const speech = useSpeech();
  const { view, go } = useNavigation();
  const { words, formats } = speech;
  const measure = kMeasures.find((each) => each === view.tile) ?? kMeasures[0];
  const found = report.comparison ? findings(rowsOf(report.channels), totalsOf(report.channels.totals)) : [];
  const name = words.measures[measure] ?? measure;
  const chart = (
    <ChartCard
      id="chart" measure={name} definition={words.definitions[measure] ?? ''} report={report} labelledBy={`tile-${measure}`}
      series={overviewSeries(report, measure, name, formats)}
    />
  );
  return (
    <>
      <TileStrip tiles={tilesOf(totalsOf(report.totals), report, speech)} chosen={measure} controls="chart" choose={(tile) => go({ ...view, tile })} />
      {found.length > 0 ? <div class="row c84">{chart}<FindingsCard found={found} /></div> : chart}
      <div class={report.funnel ? 'row c75' : 'row'}>
        <Card
          title={words.overview.channels}
          actions={<Link class="btn quiet" to={onPage(view, 'channels')}>{words.overview.allChannels} <Icon name="right" /></Link>}
        >
          <div class="in">
            <ChannelTable
              table={report.channels} currency={report.currency} compared={report.comparison !== null}
              sort={view.sort} onSort={(sort) => go({ ...view, sort })} pick={null}
            />
          </div>
        </Card>
        {report.funnel && (
          <Card
            title={words.funnel.title(report.funnel.funnel.name)} caption={words.funnel.caption(report.funnel.funnel.window_days)}
            actions={
              <Link class="btn quiet" to={{ ...onPage(view, 'funnels'), funnel: report.funnel.funnel.id }}>
                {words.overview.open} <Icon name="right" />
              </Link>
            }
          >
            <div class="in"><FunnelChart table={report.funnel} /><FunnelSum table={report.funnel} /></div>
          </Card>
        )}
      </div>
    </>
  );
}

function tilesOf(totals: Row, report: OverviewReport, { words, formats }: Speech): Tile[] {
  const name = (id: string): string => words.measures[id] ?? id;
  return [
    countTile('sessions', name('sessions'), totals, formats),
    countTile('conversions', name('conversions'), totals, formats),
    rateTile('conversion_rate', name('conversion_rate'), totals, formats),
    moneyTile('conversion_value', name('conversion_value'), totals, report.currency, formats),
    countTile('visitors', name('visitors'), totals, formats),
  ];
}

/** 432 Conversions, 9,6 % mehr als in den 28 Tagen davor. Ihr Wert: 359.886 €. */
function answer(report: OverviewReport, { words, formats }: Speech): string {
  const totals = totalsOf(report.totals);
  const conversions = totals.number('conversions') ?? 0;
  const before = totals.number('conversions_previous');
  const { comparison } = report;
  let compared = '';
  if (comparison && before !== null && before > 0) {
    const days = daysIn(report.from, report.to);
    const span = comparison.shift_days === days ? words.overview.spanBefore(days) : words.overview.previousPeriod;
    const change = formats.percent(Math.abs(conversions / before - 1), 1);
    compared = conversions === before
      ? words.overview.same(span)
      : (conversions > before ? words.overview.more : words.overview.less)(change, span);
  }
  const value = toNumber(totals.money('conversion_value') ?? 0n);
  return `${words.overview.answer(formats.count(conversions), conversions)}${compared}.${value > 0 ? words.overview.value(formats.money(value, report.currency)) : ''}`;
}
