import { NOTHING_PROFILED, type ProfiledTask } from '../../src/reconcile/profiled-task.js';
import type { MapRunAccount } from '../../src/reconcile/read-map-account.js';
import { reconcileTask } from '../../src/reconcile/reconcile.js';
import type { Gathering, Reconciled } from '../../src/reconcile/reconciled.js';
import type { SacctRow } from '../../src/reconcile/sacct-rows.js';
import type { QuantityName } from '../../src/render/reconciled-amounts.js';

/** The start of the steps and runs below. */
export const START_MS = 1_795_424_400_000;

/** A batch script of 100 s that used 50 s of CPU and 300 MiB. `values` replace these. */
export function step(values: Partial<SacctRow> = {}): SacctRow {
  return {
    task: '12_3',
    step: 'batch',
    state: 'COMPLETED',
    startMs: START_MS,
    endMs: START_MS + 100_000,
    elapsedS: 100,
    cpuS: 50,
    maxRssKib: 307_200,
    ...values,
  };
}

/** A map account that agrees with `step()`. */
export function run(values: Partial<MapRunAccount> = {}): MapRunAccount {
  return {
    startedMs: START_MS + 500,
    updatedMs: START_MS + 99_600,
    endedMs: START_MS + 99_600,
    task: '12_3',
    wallS: 99.1,
    cpuS: 49.5,
    ownPeakKib: 70_000,
    inputs: 20,
    workersStarted: 1,
    workerPeakKib: 235_000,
    treePeakKib: 304_000,
    ...values,
  };
}

/** The sums of the records of that run. */
export function inside(values: Partial<ProfiledTask['inside']> = {}): ProfiledTask['inside'] {
  return { records: 20, wallS: 95, cpuS: 48.7, peakKib: 235_000, levelAfterPeakKib: 230_000, processes: 1, ...values };
}

export interface Scene {
  readonly state?: string;
  readonly elapsedS?: number;
  readonly steps?: readonly SacctRow[];
  readonly profiled?: Partial<ProfiledTask>;
  readonly gathering?: Partial<Gathering>;
  readonly tolerancePercent?: number;
}

/** One quantity of a task, reconciled from both accounts. */
export function reconciled(what: QuantityName, scene: Scene = {}): Reconciled {
  const { state = 'COMPLETED', elapsedS = 100, steps = [step()], tolerancePercent = 5 } = scene;
  const profiled = { ...NOTHING_PROFILED, runs: [run()], inside: inside(), ...scene.profiled };
  const gathering = { intervalS: 1, plugin: 'linux', params: null, ...scene.gathering };
  const task = reconcileTask({ task: '12_3', state, elapsedS, steps }, profiled, { gathering, tolerancePercent });
  return task.quantities.find((quantity) => quantity.what === what)!;
}
