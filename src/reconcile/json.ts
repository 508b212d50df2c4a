import { renderJson } from '../render/json.js';
import type { Reconciled, ReconciledTask } from './reconciled.js';
import { MEMBERS, type Reconciliation, verdicts } from './reconciliation.js';

/** Seconds and KiB; null for what a side does not have. */
export function renderReconcileJson({ tasks, waiting, gathering, tolerancePercent }: Reconciliation): string {
  const head = {
    tolerance_percent: tolerancePercent,
    sampling_s: gathering.intervalS,
    gather_plugin: gathering.plugin,
    gather_params: gathering.params,
    waiting,
    ...verdicts(tasks),
  };
  return renderJson({ ...head, tasks: tasks.map(taskJson) });
}

function taskJson({ task, state, steps, runs, records, quantities }: ReconciledTask): object {
  return {
    task,
    state,
    steps,
    run_files: runs,
    records,
    ...Object.fromEntries(quantities.map((quantity) => [MEMBERS[quantity.what].member, quantityJson(quantity)])),
  };
}

function quantityJson({ sacct, profiler, inside, difference, percent, verdict, reasons }: Reconciled): object {
  const numbers = { sacct, profiler, inside_inputs: inside, difference, percent };
  const rounded = Object.entries(numbers).map(([name, value]) => [name, value === null ? null : toNanos(value)]);
  return { ...Object.fromEntries(rounded), verdict, reasons };
}

/** Further digits come from adding in binary. */
function toNanos(value: number): number {
  return Number(value.toFixed(9));
}
