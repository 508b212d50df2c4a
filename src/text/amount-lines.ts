import { Math } from '../host/intrinsics.js';
import { textWidth } from './text-width.js';

/** What is said of one stage in one line. */
export interface AmountLine {
  readonly name: string;
  /** In characters of one column each. */
  readonly amount: string;
  readonly text: string;
}

/** The lines with their names and their amounts in columns. Numbers with few words behind them stand to the right. */
export function amountLines(lines: readonly AmountLine[], align: 'left' | 'right'): string[] {
  const names = Math.max(0, ...lines.map(({ name }) => textWidth(name)));
  const amounts = Math.max(0, ...lines.map(({ amount }) => amount.length));
  return lines.map(({ name, amount, text }) => {
    const padded = align === 'left' ? amount.padEnd(amounts) : amount.padStart(amounts);
    return `${name}${' '.repeat(names - textWidth(name))}  ${padded}  ${text}`;
  });
}
