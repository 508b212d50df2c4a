import { Math } from '../host/intrinsics.js';
import { formatWarning } from '../model/warnings.js';
import type { SamplingAccount } from './sampling-messages.js';

/** A pause of the program at the start of V8's profiler is told from here on. It grows with the heap. */
const TOLD_PAUSE_MS = 50;

/** What a report says about how the sampling went. */
export function samplingWarnings({ warnings, startPauseMs, missing }: SamplingAccount): string[] {
  return [
    ...warnings.map(({ text, count }) => formatWarning(text, count)),
    ...(missing === null ? [] : [formatWarning(`no CPU stacks, ${missing}`, 1)]),
    ...(startPauseMs === null || startPauseMs < TOLD_PAUSE_MS
      ? []
      : [
          formatWarning(
            'milliseconds for which the start of CPU stacks has stopped the program',
            Math.round(startPauseMs),
          ),
        ]),
  ];
}
