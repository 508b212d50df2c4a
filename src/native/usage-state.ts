import { Math, Number } from '../host/intrinsics.js';
import { present, type SourceState } from '../model/sources.js';
import type { UsageSource } from './addon.js';

const NS_PER_MS = 1e6;

const BUDGET_TRUTH =
  'readings of all threads beyond 1 % of the elapsed time are skipped, and what they would have counted is charged to the next call that reads them';

/** The state of what the kernel adds up over the threads of the process. */
export function usageState({ readsClock, readings, skipped, tickNs }: UsageSource): SourceState {
  const tick = Number.isNaN(tickNs) ? '' : `, ${Math.round(tickNs / NS_PER_MS)} ms`;
  const ticks = `CPU of other threads that run at that moment up to their last clock tick${tick}`;
  if (skipped === 0) return present('exact', readsClock ? 'process CPU clock and getrusage' : 'getrusage', ticks);
  return {
    ...present(
      'bounded',
      readsClock ? 'process CPU clock and getrusage' : 'getrusage',
      readsClock ? `${ticks}; other counters: ${BUDGET_TRUTH}` : `${ticks}; ${BUDGET_TRUTH}`,
    ),
    readings,
    skipped,
  };
}
