import type { NumberField } from '../model/number-metrics.js';
import type { Comparison } from './comparison.js';
import type { Violation } from './fail-on.js';
import type { MachineLoad } from './load.js';
import type { StackChanges, UncomparedStacks } from './stack-changes.js';

/** Where one side comes from. */
export interface SideOrigin {
  /** As it was given. */
  readonly name: string;
  /** Number of files of records; null for a report. */
  readonly files: number | null;
  /** Null for a report that does not say. */
  readonly records: number | null;
  /** Those in the sums of a report; those that were left out of a side of records. */
  readonly failed: number;
  readonly unprofiled: number;
  /** Records that name no input and were left out for it. */
  readonly nameless: number;
  readonly processes: number | null;
  /** Null where no record or report tells. */
  readonly load: MachineLoad | null;
}

export interface MatchedInputs {
  readonly both: number;
  readonly onlyBase: number;
  readonly onlyNew: number;
}

/**
 * What a number is one of: an input, in the records of both sides; a record, of whatever input; a run of a program, where
 * no record has an input.
 */
export type Observation = 'input' | 'record' | 'run';

/** All that is to be shown. */
export interface CompareResult {
  readonly base: SideOrigin;
  readonly new: SideOrigin;
  /** Null where inputs are not matched. */
  readonly inputs: MatchedInputs | null;
  readonly observation: Observation;
  readonly confidence: number;
  readonly fields: readonly NumberField[];
  readonly comparisons: readonly Comparison[];
  readonly violations: readonly Violation[];
  /** Null where not both sides have stacks beside them. */
  readonly stacks: StackChanges | UncomparedStacks | null;
}
