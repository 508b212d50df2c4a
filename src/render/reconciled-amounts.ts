import { duration, inline, NOTHING, type Quantity, size } from '../text/format.js';

/** The amounts of a run that both the profiler and the OS, or Slurm, account for. */
export const QUANTITIES = ['wall', 'cpu', 'rss peak'] as const;
export type QuantityName = (typeof QUANTITIES)[number];

/** @param value seconds, or KiB for the peak; null if an account does not have it */
export function amountOf(what: QuantityName, value: number | null, signed = false): Quantity {
  if (value === null) return NOTHING;
  if (what === 'rss peak') return size(value, signed);
  const { digits, unit } = duration(value);
  return { digits: signed && value > 0 ? `+${digits}` : digits, unit };
}

/** An amount within a sentence. */
export function shownAmount(what: QuantityName, value: number): string {
  return inline(amountOf(what, value));
}
