import { counted } from '../text/format.js';
import type { CompareResult, Observation, SideOrigin } from './result.js';

/**
 * Stacks are totals, so those of more records are more. Sampling alone explains more than this share, so that one failed
 * input of a thousand does not keep the others from being compared.
 */
const MOST_DIFFERENCE = 0.01;

/** Where the stacks of the two sides come from. */
export type StackOrigins = Pick<CompareResult, 'base' | 'new' | 'observation'>;

/** Whether the stacks of both sides are totals of so nearly the same number of records that they can be compared. */
export function haveAlikeTotals({ base, new: next }: StackOrigins): boolean {
  const [before, after] = [recordsOf(base), recordsOf(next)];
  return Math.abs(after - before) <= MOST_DIFFERENCE * Math.max(before, after);
}

/** How many records the stacks of each side are totals of, in words. */
export function totalsText({ base, new: next, observation }: StackOrigins): string {
  return `${recordsText(base, observation)} in base and ${recordsText(next, observation)} in new`;
}

/** How many records amounts are totals of, in words; empty where each side is a single record. */
export function togetherText(origins: StackOrigins): string {
  const [before, after] = [recordsOf(origins.base), recordsOf(origins.new)];
  if (before !== after) return `amounts are of ${totalsText(origins)}`;
  return before > 1 ? `amounts are of all ${recordsText(origins.base, origins.observation)} together` : '';
}

/** Good records with a profile. */
function recordsOf({ records, failed, unprofiled }: SideOrigin): number {
  // A report that does not say is one of a single run.
  return (records ?? 1) - failed - unprofiled;
}

function recordsText(side: SideOrigin, observation: Observation): string {
  return counted(recordsOf(side), observation === 'run' || side.records === null ? 'run' : 'record');
}
