import { formatWarning } from '../model/warnings.js';
import type { CountName } from '../store/state-memory.js';

const TEXTS = [
  ['ended_out_of_order', 'handles ended out of order'],
  ['started_late', 'stages started after their parent ended'],
  ['open_across_await', 'handles open across an await (use the callback form)'],
  ['out_of_stack', 'stages not measured, the stack was full'],
  ['not_measured', 'stages not measured, the program has changed what the profiler uses'],
] as const satisfies readonly (readonly [CountName, string])[];

export type UsageWarning = (typeof TEXTS)[number][0];

/** @param firstAcrossAwait the label of the first handle that was open across an await; null if it is not known */
export function countedWarnings(countOf: (name: UsageWarning) => number, firstAcrossAwait: string | null): string[] {
  const first = firstAcrossAwait === null ? '' : `, first ${firstAcrossAwait}`;
  return TEXTS.filter(([name]) => countOf(name) > 0).map(([name, text]) =>
    formatWarning(name === 'open_across_await' ? text + first : text, countOf(name)),
  );
}
