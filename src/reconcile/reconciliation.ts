import { QUANTITIES, type QuantityName } from '../render/reconciled-amounts.js';
import { counted, duration, inline } from '../text/format.js';
import type { Gathering, ReconciledTask, Verdict } from './reconciled.js';

/** All that every format shows. */
export interface Reconciliation {
  readonly tasks: readonly ReconciledTask[];
  /** How many tasks have not started. */
  readonly waiting: number;
  readonly gathering: Gathering;
  readonly tolerancePercent: number;
}

/** The names of the quantities in JSON and CSV, and their units. */
export const MEMBERS: Readonly<Record<QuantityName, { readonly member: string; readonly unit: string }>> = {
  wall: { member: 'wall_s', unit: 's' },
  cpu: { member: 'cpu_s', unit: 's' },
  'rss peak': { member: 'rss_kb_peak', unit: 'KiB' },
};

export function verdicts(tasks: readonly ReconciledTask[]): Readonly<Record<Verdict, number>> {
  const counts: Record<Verdict, number> = { agrees: 0, explained: 0, unmeasured: 0, unexplained: 0 };
  for (const { quantities } of tasks) for (const { verdict } of quantities) counts[verdict]++;
  return counts;
}

/** The lines below the tables. */
export function closingLines({ tasks, waiting, gathering, tolerancePercent }: Reconciliation): string[] {
  const { agrees, explained, unmeasured, unexplained } = verdicts(tasks);
  const parts = [
    `${agrees} of ${counted(tasks.length * QUANTITIES.length, 'number')} within ${tolerancePercent}%`,
    `${explained} explained`,
    `${unexplained} not explained`,
    ...(unmeasured > 0 ? [`${unmeasured} not compared`] : []),
  ];
  const waits = waiting > 0 ? `, ${counted(waiting, 'task')} not started` : '';
  const recordsAlone = tasks.filter(({ runs, records }) => runs === 0 && records > 0).length;
  return [
    `${counted(tasks.length, 'task')}${waits}: ${parts.join(', ')}`,
    ...(recordsAlone > 0
      ? [`${counted(recordsAlone, 'task')} without a map account (run-*.json): ${INPUTS_ALONE}`]
      : []),
    gatheringLine(gathering),
  ];
}

const INPUTS_ALONE = 'compared is what was inside of inputs, not what the processes took';

function gatheringLine({ intervalS, plugin, params }: Gathering): string {
  const how = [...(plugin === null ? [] : [`jobacct_gather/${plugin}`]), ...(params === null ? [] : [params])].join(
    ', ',
  );
  const every =
    intervalS === null
      ? 'at an interval not known, taken to be its default of 30 s (--interval)'
      : intervalS === 0
        ? 'only when a step ends'
        : `every ${inline(duration(intervalS))}`;
  return `Slurm samples memory ${every}${how === '' ? '' : ` (${how})`}`;
}
