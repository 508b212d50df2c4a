import type { QuantityName } from '../render/reconciled-amounts.js';

/** `unmeasured` where one side has no number, and that is as it has to be. */
export type Verdict = 'agrees' | 'explained' | 'unmeasured' | 'unexplained';

/** One quantity of one task by both accounts: seconds, or KiB for the peak. Null is what a side does not have. */
export interface Reconciled {
  readonly what: QuantityName;
  readonly sacct: number | null;
  /** Of the map accounts; where there are none, of the records. */
  readonly profiler: number | null;
  /** Of the records alone: what was inside of inputs. */
  readonly inside: number | null;
  /** sacct less profiler. */
  readonly difference: number | null;
  /** Of what sacct has. */
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

/** What is known of how Slurm gathers its numbers; null is not known. */
export interface Gathering {
  /** Seconds between two of its samples; 0 where it samples only when a step ends. */
  readonly intervalS: number | null;
  /** `linux`, `cgroup` or `none`, as in JobAcctGatherType. */
  readonly plugin: string | null;
  /** JobAcctGatherParams. */
  readonly params: string | null;
}

/** Where nothing else is known: that of slurm.conf(5). */
const DEFAULT_INTERVAL_S = 30;

/** For so long Slurm may not have looked. */
export function samplesApartS({ intervalS }: Gathering, elapsedS: number): number {
  return intervalS === 0 ? elapsedS : (intervalS ?? DEFAULT_INTERVAL_S);
}
