// The value axis: starts at zero, three to five grid lines at round figures.

export interface Scale { max: number; step: number; ticks: number[] }

const kMostSteps = 4;

/** `whole`: figures that exist only whole never get a step below one. */
export function scaleFor(largest: number, unit: 'whole' | 'any'): Scale {
  const atLeast = unit === 'whole' ? 1 : 1e-6;
  const rough = Math.max(largest, atLeast) / kMostSteps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough * (1 - 1e-9) && fits(each * power, unit)) ?? 10;
  const step = Math.max(factor * power, unit === 'whole' ? 1 : 0);
  const steps = Math.max(Math.ceil(largest / step - 1e-9), 1);
  return { max: steps * step, step, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}

function fits(step: number, unit: 'whole' | 'any'): boolean {
  return unit === 'any' || step < 1 || Number.isInteger(step);
}
