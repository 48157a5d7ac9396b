// The drawing as an ECharts option: grid, weekend bands, lines or bars, hollow points for what is not complete.
// The horizontal axis counts buckets (0, 1, 2 …) so that bands and points stand where the arithmetic says.
import type { ComposeOption } from 'echarts/core';
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, MarkAreaComponentOption } from 'echarts/components';
import { weekday } from '../day.ts';
import type { Scale } from './scale.ts';
import { asBars, type Line, type TimeSeries } from './series.ts';

export type ChartOption = ComposeOption<
  LineSeriesOption | BarSeriesOption | GridComponentOption | MarkAreaComponentOption>;
export interface Frame { left: number; right: number; top: number; bottom: number }
export interface Colours {
  /** A custom property's value under the current theme. */
  of(token: string): string;
  font: string;
  /** A pattern for days before the first recorded one. */
  hatch: HTMLCanvasElement;
}
export interface Axis { at: number[]; label(index: number): string }

type Point = [number, number | null];
type Area = [{ xAxis: number; itemStyle?: { color: { image: HTMLCanvasElement; repeat: 'repeat' } } }, { xAxis: number }];

export function optionFor(series: TimeSeries, scale: Scale, axis: Axis, frame: Frame, colours: Colours): ChartOption {
  const last = series.buckets.length - 1;
  const text = { color: colours.of('--text-3'), fontFamily: colours.font, fontSize: 12 };
  return {
    animation: false,
    grid: { ...frame, outerBoundsMode: 'none', containLabel: false },
    xAxis: {
      type: 'value',
      min: -0.5,
      max: last + 0.5,
      axisLine: { lineStyle: { color: colours.of('--control'), width: 1 } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: { ...text, margin: 9, customValues: axis.at, formatter: axis.label, hideOverlap: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: scale.max,
      interval: scale.step,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: colours.of('--grid'), width: 1 } },
      axisLabel: { ...text, margin: 8, formatter: (value: number) => series.tick(value, value >= scale.max) },
    },
    series: [
      bands(series, colours),
      ...(series.comparison ? [comparisonLine(wholeOnly(series, series.comparison), colours)] : []),
      ...series.lines.flatMap((line) => drawn(line, series, colours)),
    ],
  };
}

function bands(series: TimeSeries, colours: Colours): LineSeriesOption {
  const weekends = series.size !== 'day' ? [] : series.buckets.flatMap((bucket, index) => (weekday(bucket.from) > 5 ? [index] : []));
  const unrecorded = series.buckets.flatMap((_, index) => (series.lines.every((line) => line.values[index] === null) ? [index] : []));
  const firstRecorded = series.buckets.findIndex((_, index) => !unrecorded.includes(index));
  const before = firstRecorded > 0 ? firstRecorded : 0;
  const hatch = { color: { image: colours.hatch, repeat: 'repeat' as const } };
  return {
    type: 'line',
    data: [],
    silent: true,
    markArea: {
      silent: true,
      itemStyle: { color: colours.of('--band') },
      data: [
        ...weekends.map((index): Area => [{ xAxis: index - 0.5 }, { xAxis: index + 0.5 }]),
        ...(before > 0 ? [[{ xAxis: -0.5, itemStyle: hatch }, { xAxis: before - 0.5 }] satisfies Area] : []),
      ],
    },
  };
}

/** Beside a bucket that is not complete the comparison is not drawn either: it would fall like the line it is beside. */
function wholeOnly(series: TimeSeries, values: (number | null)[]): (number | null)[] {
  return values.map((value, index) => (series.buckets[index]?.partial && series.buckets.length > 1 ? null : value));
}

function comparisonLine(values: (number | null)[], colours: Colours): LineSeriesOption {
  return {
    type: 'line',
    data: values.map((value, index): Point => [index, value]),
    symbol: (_: unknown, params: { dataIndex: number }) => (isAlone(values, params.dataIndex) ? 'circle' : 'none'),
    symbolSize: 5,
    silent: true,
    z: 3,
    lineStyle: { color: colours.of('--compare'), width: 1.5, type: [4, 4] },
    itemStyle: { color: colours.of('--compare') },
  };
}

function drawn(line: Line, series: TimeSeries, colours: Colours): (LineSeriesOption | BarSeriesOption)[] {
  const colour = colours.of(line.token);
  const surface = colours.of('--surface');
  const partial = (index: number): boolean => series.buckets[index]?.partial ?? false;
  if (asBars(series)) {
    return [{
      type: 'bar',
      barWidth: '56%',
      barMaxWidth: 48,
      silent: true,
      data: line.values.map((value, index) => ({
        value: [index, value] as [number, number],
        itemStyle: partial(index)
          ? { color: surface, borderColor: colour, borderWidth: 2 }
          : { color: colour, borderRadius: [2, 2, 0, 0] },
      })),
      z: 2,
    }];
  }
  const joined = line.values.map((value, index) => (partial(index) ? null : value));
  const apart = line.values.map((value, index) => (partial(index) ? value : null));
  return [
    {
      type: 'line',
      data: joined.map((value, index): Point => [index, value]),
      symbol: (_: unknown, params: { dataIndex: number }) => (isAlone(joined, params.dataIndex) ? 'circle' : 'none'),
      symbolSize: 6,
      silent: true,
      z: 4,
      lineStyle: { color: colour, width: 2, join: 'round' },
      itemStyle: { color: colour },
    },
    {
      type: 'line',
      data: apart.map((value, index): Point => [index, value]),
      symbol: 'circle',
      symbolSize: 8,
      silent: true,
      z: 5,
      lineStyle: { width: 0 },
      itemStyle: { color: surface, borderColor: colour, borderWidth: 2 },
    },
  ];
}

/** A value without neighbours has no line to be seen by. */
function isAlone(values: (number | null)[], index: number): boolean {
  const at = (place: number): number | null => values[place] ?? null;
  return at(index) !== null && at(index - 1) === null && at(index + 1) === null;
}
