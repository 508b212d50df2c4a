import type uPlot from 'uplot';
import type { PageUnit } from '../page/page-data.js';
import { amount, clock } from './text.js';
import type { Theme } from './theme.js';

export const CHART_FONT = '11.5px ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';

export function axis(theme: Theme, more: Partial<uPlot.Axis>): uPlot.Axis {
  return {
    stroke: theme.muted,
    font: CHART_FONT,
    labelFont: CHART_FONT,
    grid: { stroke: theme.line, width: 1 },
    ticks: { stroke: theme.line, width: 1, size: 4 },
    ...more,
  };
}

/** Marks of an axis; a scale of logarithms has marks without a text. */
export function marks(unit: PageUnit): uPlot.Axis.Values {
  return (_, values) => values.map((value) => (value === null || value === undefined ? '' : markText(value, unit)));
}

function markText(value: number, unit: PageUnit): string {
  if (value === 0) return '0';
  if (unit === 's') return value >= 120 ? clock(value) : shortened(amount(value, unit));
  return shortened(amount(value, unit));
}

/** `1.00 GiB` as `1 GiB`. */
function shortened(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

/** Steps of an axis of KiB: powers of two, so that the marks are whole MiB and GiB. */
export const KIB_STEPS: number[] = Array.from({ length: 44 }, (_, power) => 2 ** power);

/** Steps of an axis of seconds: those of a clock. */
export const SECOND_STEPS: number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10800, 21600, 43200, 86400, 172800, 604800,
];
