import type { QuantityName } from '../render/reconciled-amounts.js';

/** `unmeasured`: one side has no number, and cannot have one. */
export type Verdict = 'agrees' | 'explained' | 'unmeasured' | 'unexplained';

/** One quantity of one task by both accounts: seconds, or KiB for the peak. Null where a side has no number. */
export interface Reconciled {
  readonly what: QuantityName;
  readonly sacct: number | null;
  /** From the map accounts; where there are none, from the records. */
  readonly profiler: number | null;
  /** From the records alone: what was inside of inputs. */
  readonly inside: number | null;
  /** sacct less profiler. */
  readonly difference: number | null;
  /** The difference in per cent of sacct's number. */
  readonly percent: number | null;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

export interface ReconciledTask {
  readonly task: string;
  readonly state: string;
  /** Names of the steps that are compared. */
  readonly steps: readonly string[];
  readonly runs: number;
  readonly records: number;
  readonly quantities: readonly Reconciled[];
}

/** How Slurm gathers its numbers; null where that is not known. */
export interface Gathering {
  /** Seconds between two of Slurm's samples; 0 where it samples only when a step ends. */
  readonly intervalS: number | null;
  /** `linux`, `cgroup` or `none`, as in JobAcctGatherType. */
  readonly plugin: string | null;
  /** JobAcctGatherParams. */
  readonly params: string | null;
}

/** The default of slurm.conf(5), taken where nothing else is known. */
const DEFAULT_INTERVAL_S = 30;

/** The longest time between two of Slurm's samples. */
export function samplesApartS({ intervalS }: Gathering, elapsedS: number): number {
  return intervalS === 0 ? elapsedS : (intervalS ?? DEFAULT_INTERVAL_S);
}
