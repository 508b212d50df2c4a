import { duration, inline, NOTHING, type Quantity, size } from '../text/format.js';
import { GAP, wrapText } from '../text/grid.js';
import { textWidth } from '../text/text-width.js';

/** What the profiler and the OS, or Slurm, both tell of the same run. */
export const QUANTITIES = ['wall', 'cpu', 'rss peak'] as const;
export type QuantityName = (typeof QUANTITIES)[number];

/** @param value seconds, or KiB for the peak; null where an account does not have it */
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

/** Below this the reasons would be a column of single words. */
const NARROWEST_REASON = 24;

/** The numbers of a line and, behind them, the reason why the accounts differ, which gives way to the width. */
export function withReason(
  numbers: string,
  reason: string,
  width: number,
  painted: (line: string) => string,
): string[] {
  if (reason === '') return [numbers.trimEnd()];
  const indent = textWidth(numbers) + GAP.length;
  return wrapText(reason, Math.max(NARROWEST_REASON, width - indent)).map(
    (line, index) => `${index === 0 ? numbers : ' '.repeat(indent - GAP.length)}${GAP}${painted(line)}`,
  );
}
