import type { MapRunAccount } from './read-map-account.js';
import type { SacctRow } from './sacct-rows.js';

/** sacct's times are whole seconds. */
export const WHOLE_SECOND_MS = 1000;

/** When the run ended; for one that was killed, when its account was last written. */
export function lastKnownMs({ endedMs, updatedMs }: MapRunAccount): number {
  return endedMs ?? updatedMs;
}

/**
 * The steps that stageprof ran in: a numbered one where srun started it, otherwise that of the batch script. Without a
 * map account it is the step that used most CPU.
 */
export function stepsOf(steps: readonly SacctRow[], runs: readonly MapRunAccount[]): SacctRow[] {
  if (runs.length === 0) {
    const [busiest] = [...steps].sort((a, b) => (b.cpuS ?? 0) - (a.cpuS ?? 0));
    return busiest === undefined ? [] : [busiest];
  }
  const numberedFirst = [...steps].sort((a, b) => Number(isShell(a)) - Number(isShell(b)));
  const chosen = runs.map((run) => {
    const begunIn = numberedFirst.filter((step) => isBegunIn(step, run) !== false);
    // A run rarely goes on after its step: see `outlivedMs`.
    return begunIn.find((step) => isLongEnough(step, run)) ?? begunIn[0] ?? numberedFirst.at(-1);
  });
  // Each once, in the order of sacct.
  return steps.filter((step) => chosen.includes(step));
}

/** Whether the first process of the step is a shell: of the batch script, or one that a person types in. */
export function isShell({ step }: SacctRow): boolean {
  return step === 'batch' || step === 'interactive';
}

function isLongEnough({ elapsedS }: SacctRow, { wallS }: MapRunAccount): boolean {
  return elapsedS * 1000 + WHOLE_SECOND_MS >= wallS * 1000;
}

/** Whether the run began within the step; undefined where the times of the step are not known. */
export function isBegunIn({ startMs, endMs }: SacctRow, { startedMs }: MapRunAccount): boolean | undefined {
  if (startMs === null || endMs === null) return undefined;
  return startedMs >= startMs - WHOLE_SECOND_MS && startedMs <= endMs + WHOLE_SECOND_MS;
}

/**
 * For how long a run went on after its step had ended: Slurm ended the shell of the batch script, and nobody waited for
 * what the shell had started.
 */
export function outlivedMs(steps: readonly SacctRow[], run: MapRunAccount): number {
  const step = steps.find((each) => isBegunIn(each, run) === true);
  return Math.max(0, step === undefined ? 0 : lastKnownMs(run) - step.endMs! - WHOLE_SECOND_MS);
}

/** How long the intervals are together; where several overlap, the time counts once. */
export function covered(intervals: readonly (readonly [fromMs: number, toMs: number])[]): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}
