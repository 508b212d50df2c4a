import { nodeKib } from './addon-buffers.js';
import { limit, type RowInContext } from './rule.js';

/** Whether node allocated far more than is left of the Buffers, and no forced collection told what is kept. */
export function isMostlyDropped(leftKib: number, { row, collected }: RowInContext): boolean {
  if (collected || row.native_modules === null || row.native_modules === undefined) return false;
  return leftKib > 0 && leftKib <= limit('left_share') * nodeKib(row.native_modules);
}
