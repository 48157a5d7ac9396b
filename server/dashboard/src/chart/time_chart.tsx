// A time chart on a canvas, with a tooltip of our own: it follows the pointer and the arrow keys and is read aloud.
// ECharts draws; where points are on the screen is computed here, so nothing depends on its inner layout.
import { init, use, type EChartsType } from 'echarts/core';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { weekday } from '../day.ts';
import { useSpeech } from '../language.tsx';
import { onThemeChange, readColours } from './colours.ts';
import { EndLabels } from './end_labels.tsx';
import { optionFor, type Axis, type Frame } from './option.ts';
import { scaleFor } from './scale.ts';
import { largestValue, type TimeSeries } from './series.ts';
import { Tip } from './tip.tsx';

use([LineChart, BarChart, GridComponent, MarkAreaComponent, CanvasRenderer]);

const kPlotHeight = 216;
const kTop = 8;
const kBottom = 28;
const kLabelWidth = 64;     // an axis label and its air
const kEndLabelWidth = 132;
const kDigitWidth = 7.2;

interface TimeChartProps { series: TimeSeries; sentence: string }

export function TimeChart({ series, sentence }: TimeChartProps) {
  const { words, formats } = useSpeech();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const [width, setWidth] = useState(0);
  const [themes, setThemes] = useState(0);
  const [at, setAt] = useState<number | null>(null);

  const scale = useMemo(() => scaleFor(largestValue(series), series.unit), [series]);
  const count = series.buckets.length;
  const labelled = series.lines.length > 2 && width >= 560;
  const frame: Frame = useMemo(() => {
    const longest = Math.max(...scale.ticks.map((tick) => series.tick(tick, tick >= scale.max).length));
    return { left: Math.ceil(longest * kDigitWidth) + 10, right: labelled ? kEndLabelWidth : 4, top: kTop, bottom: kBottom };
  }, [scale, series, labelled]);
  const plotWidth = Math.max(width - frame.left - frame.right, 0);
  const placeX = (index: number): number => frame.left + ((index + 0.5) / count) * plotWidth;
  const placeY = (value: number): number => kTop + (1 - value / scale.max) * kPlotHeight;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const made = init(element, null, { renderer: 'canvas' });
    chart.current = made;
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    sizes.observe(element);
    const redraw = () => setThemes((times) => times + 1);
    const stopTheme = onThemeChange(redraw);
    void document.fonts.ready.then(redraw);
    return () => {
      stopTheme();
      sizes.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useLayoutEffect(() => {
    if (!chart.current || width === 0) return;
    chart.current.resize({ width, height: kTop + kPlotHeight + kBottom });
    const axis = axisFor(series, plotWidth, (index) => {
      const day = series.buckets[index]?.from;
      return !day ? '' : series.size === 'month' ? formats.axisMonth(day) : formats.axisDay(day);
    });
    chart.current.setOption(optionFor(series, scale, axis, frame, readColours()), { notMerge: true });
  }, [series, scale, frame, width, plotWidth, themes, formats]);

  useEffect(() => setAt(null), [series]);

  const follow = (event: PointerEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    const index = Math.floor(((event.clientX - left - frame.left) / plotWidth) * count);
    setAt(index >= 0 && index < count ? index : null);
  };
  const walk = (event: KeyboardEvent) => {
    const from = at ?? (event.key === 'ArrowLeft' ? count : -1);
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: count - 1 }[event.key];
    if (event.key === 'Escape' && at !== null) {
      event.stopPropagation();
      setAt(null);
    } else if (to !== undefined) {
      event.preventDefault();
      setAt(Math.min(Math.max(to, 0), count - 1));
    }
  };

  return (
    <div class="plot" ref={box} onPointerMove={follow} onPointerDown={follow} onPointerLeave={() => setAt(null)}>
      <div
        class="canvas" ref={canvas} role="img" tabIndex={0} aria-label={`${sentence} ${words.chart.walk}`}
        onKeyDown={walk} onBlur={() => setAt(null)}
      />
      {labelled && <EndLabels series={series} left={frame.left + plotWidth + 10} placeY={placeY} height={kTop + kPlotHeight} />}
      <Tip series={series} at={at} x={at === null ? 0 : placeX(at)} top={kTop} height={kPlotHeight} width={width} placeY={placeY} />
    </div>
  );
}

/** Labels on Mondays or on the first bucket of a month; every bucket where few; fewer where narrow. */
function axisFor(series: TimeSeries, width: number, label: (index: number) => string): Axis {
  const { buckets, size } = series;
  const all = buckets.map((_, index) => index);
  const isTick = (index: number): boolean => {
    const day = buckets[index]?.from;
    if (!day || buckets.length < 12 || size === 'month') return true;
    return size === 'day' ? weekday(day) === 1 : index === 0 || day.slice(0, 7) !== buckets[index - 1]?.from.slice(0, 7);
  };
  const wanted = all.filter(isTick);
  const room = Math.max(Math.floor(width / kLabelWidth), 1);
  const every = Math.ceil(wanted.length / room);
  return { at: wanted.filter((_, index) => index % every === 0), label: (value) => label(Math.round(value)) };
}
