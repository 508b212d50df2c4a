import type { Unit } from '../model/metrics.js';
import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import { duration, inline, NOTHING, type Quantity, size } from '../text/format.js';
import type { Change, Comparison } from './comparison.js';
import type { Observation } from './result.js';
import type { Verdict } from './verdicts.js';

const INTEGER_DIGITS = 4;

export function unitOf({ field }: Comparison): Unit {
  return NUMBER_METRICS.find((metric) => metric.field === field)!.unit;
}

/** A value of a metric. With `isChange` it is a difference of two values, and has a sign. */
export function quantityOf(field: NumberField, value: number | null, isChange = false): Quantity {
  if (value === null) return NOTHING;
  const { unit, fold } = NUMBER_METRICS.find((metric) => metric.field === field)!;
  if (unit === 'KiB') return size(value, isChange || fold === 'growth');
  const quantity = unit === 's' ? duration(value) : { digits: plainNumber(value), unit: '' };
  return isChange && value > 0 ? { ...quantity, digits: `+${quantity.digits}` } : quantity;
}

/** The mean of a count is no whole number. */
function plainNumber(value: number): string {
  const digits = Math.abs(value) >= 10 ** INTEGER_DIGITS ? 0 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `+12.3%`, or `x 12.3` from ten times as much on, which is easier to read. */
export function percentQuantity(share: number): Quantity {
  if (share >= 9) return { digits: `x ${plainTimes(share + 1)}`, unit: '' };
  const digits = (share * 100).toFixed(1);
  if (Number(digits) === 0) return { digits: '0.0', unit: '%' };
  return { digits: share > 0 ? `+${digits}` : digits, unit: '%' };
}

function plainTimes(times: number): string {
  return times >= 1e6 ? times.toExponential(1) : times.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** The change in per cent, or a dash if there is no such number. */
export function changeQuantity({ relative }: Comparison): Quantity {
  return relative === null ? NOTHING : percentQuantity(relative.value);
}

/** `+1.2% to +6.3%`, or in the unit of the metric if there is no percentage; empty without an interval. */
export function intervalText({ field, relative, difference }: Comparison): string {
  const text = relative === null ? '' : intervalOf(field, relative, true);
  return text !== '' || difference === null ? text : intervalOf(field, difference, false);
}

/** Empty without an interval. */
export function intervalOf(field: NumberField, { low, high }: Change, isRelative: boolean): string {
  if (low === null || high === null) return '';
  const of = (value: number) => (isRelative ? percentQuantity(value) : quantityOf(field, value, true));
  return `${inline(of(low))} to ${inline(of(high))}`;
}

export const NO_INTERVAL = 'no interval';

/** The verdict on a row; empty if nothing was found. */
export function verdictText({ state, difference }: Comparison, verdict: Verdict | undefined): string {
  if (state !== 'both') return state;
  if (difference === null) return '';
  if (verdict === undefined) return difference.value === 0 ? '' : NO_INTERVAL;
  return verdict === 'unclear' ? '' : verdict;
}

/** How many inputs have the label. One number if it is the same on both sides. */
export function inputsText({ inputs }: Comparison): string {
  if (inputs === null) return '';
  const [base, next] = [inputs.base, inputs.new].map((count) => count.toLocaleString('en-US'));
  return base === next ? base! : `${base}, ${next}`;
}

/** What the numbers of a metric are, in words. */
export function statisticText({ statistic }: Comparison, observation: Observation): string {
  if (statistic === 'highest') return 'highest of all';
  if (statistic === 'mean') return `mean of ${observation === 'input' ? 'an' : 'a'} ${observation}`;
  return observation === 'input' ? 'all inputs in both together' : 'in all';
}
