import type { QuantityName } from '../render/reconciled-amounts.js';
import type { ProfiledTask } from './profiled-task.js';
import type { Gathering } from './reconciled.js';
import type { SacctRow } from './sacct-rows.js';

/** All that the reasons for a difference are found by. */
export interface Evidence {
  readonly state: string;
  readonly steps: readonly SacctRow[];
  readonly profiled: ProfiledTask;
  readonly gathering: Gathering;
  /** CPU of the task; null where a side has none. */
  readonly cpu: { readonly sacctS: number | null; readonly profilerS: number | null };
  /** Peak by the profiler. */
  readonly peakKib: number | null;
}

/** Something that makes one account higher than the other, and by how much at most. */
export interface Reason {
  readonly atMost: number;
  readonly text: string;
}

export interface Rule {
  readonly what: QuantityName;
  /** The account that it makes the higher one. */
  readonly higher: 'sacct' | 'profiler' | 'either';
  /** Undefined where nothing suggests the reason. */
  readonly reason: (evidence: Evidence) => Reason | undefined;
}

/** CPU of the shell of a batch script: measured 5 to 12 ms. */
export const SHELL_S = 0.05;
/** CPU that a node process of stageprof takes to start and end, inputs aside: measured 0.2 to 0.4 s. */
export const NODE_S = 0.6;

export function longestS(steps: readonly SacctRow[]): number {
  return Math.max(0, ...steps.map(({ elapsedS }) => elapsedS));
}
