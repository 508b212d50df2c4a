import type { InputCounts } from './inputs.js';
import type { LabelSums, Selection } from './label-sums.js';
import type { MachineLoad } from './load.js';

/** What the records of a side come to, as far as they are compared. */
export interface Side {
  /** Good records left out because they name no input. */
  readonly nameless: number;
  readonly selection: Selection;
  /** In order of first entry. */
  readonly labels: ReadonlyMap<string, LabelSums>;
  /** What the records that are compared count for, by group of inputs. */
  readonly weights: Float64Array;
  /** How many records are compared, and how many processes made them. */
  readonly compared: number;
  readonly processes: number;
  readonly load: MachineLoad | null;
  /** The inputs of the records that are compared; none where they were read with weights. */
  readonly inputs: () => InputCounts;
}
