import { SOURCE_NAMES, type SourceName } from '../model/sources.js';
import type { Advised } from './advised.js';

/** What the verdict is about, as a diagnosis has it. */
export interface Advisable {
  readonly addon: Advised;
  readonly tracker: Advised;
  readonly recorder: Advised;
  readonly sources: Readonly<Record<SourceName, Advised>>;
}

/** Sources that are exact in a program that is started with the tracker, whatever they are in this process. */
const COUNTED_BY_TRACKER: readonly SourceName[] = ['native'];

/**
 * The diagnosis in one sentence: what is measured exactly, what is missing, and the one thing to do first. What is
 * bounded or sampled is neither.
 */
export function verdictOf({ addon, tracker, recorder, sources }: Advisable): string {
  const isCounted = (name: SourceName) => addon.available && tracker.available && COUNTED_BY_TRACKER.includes(name);
  const exact = SOURCE_NAMES.filter((name) => sources[name].truth === 'exact' && !isCounted(name));
  const counted = SOURCE_NAMES.filter(isCounted).map((name) => `${name} under stageprof run`);
  const absent = SOURCE_NAMES.filter((name) => sources[name].truth === 'absent' && !isCounted(name));
  const parts: readonly (readonly [name: string, state: Advised])[] = [
    ['the addon', addon],
    ['the tracker', tracker],
    ['a folder for recorders', recorder],
  ];
  const missing = [
    ...parts.filter(([, { available }]) => !available),
    ...absent.map((name) => [name, sources[name]] as const),
  ];
  const measured = `exact here: ${[...exact, ...counted].join(', ') || 'only the elapsed time'}`;
  if (missing.length === 0) return `${measured}; nothing is missing`;
  const told = `${measured}; missing: ${missing.map(([name]) => name).join(', ')}`;
  // The parts come first: most of what a source needs is one of them.
  const first = missing.find(([, { advice }]) => advice !== undefined)?.[1].advice;
  return first === undefined ? `${told}, for which nothing can be done here` : `${told}; first: ${first}`;
}
