import { csvLine } from '../render/csv.js';
import { renderJson as renderMembers } from '../render/json.js';
import { escapeMarkdown, markdownTable } from '../render/markdown.js';
import { QUANTITIES, type QuantityName } from '../render/reconciled-amounts.js';
import { counted, duration, inline } from '../text/format.js';
import type { Gathering, Reconciled, ReconciledTask, Verdict } from './reconciled.js';
import { HEADINGS, quantitiesOf, reasonText, renderReconciled, type TableOptions } from './table.js';

export const FORMATS = ['table', 'json', 'csv', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** All that is told, in whatever format. */
export interface Reconciliation {
  readonly tasks: readonly ReconciledTask[];
  /** Tasks that have not started. */
  readonly waiting: number;
  readonly gathering: Gathering;
  readonly tolerancePercent: number;
}

const UNITS: Readonly<Record<QuantityName, string>> = { wall: 's', cpu: 's', 'rss peak': 'KiB' };
const MEMBERS: Readonly<Record<QuantityName, string>> = { wall: 'wall_s', cpu: 'cpu_s', 'rss peak': 'rss_kb_peak' };

export function renderReconciliation(result: Reconciliation, format: Format, options: TableOptions): string {
  switch (format) {
    case 'json':
      return renderJson(result);
    case 'csv':
      return renderCsv(result.tasks);
    case 'markdown':
      return `${renderMarkdown(result.tasks)}\n${closing(result).join('  \n')}\n`;
    default:
      return `${renderReconciled(result.tasks, options)}\n${closing(result).join('\n')}\n`;
  }
}

export function verdicts(tasks: readonly ReconciledTask[]): Readonly<Record<Verdict, number>> {
  const counts: Record<Verdict, number> = { agrees: 0, explained: 0, unmeasured: 0, unexplained: 0 };
  for (const { quantities } of tasks) for (const { verdict } of quantities) counts[verdict]++;
  return counts;
}

function closing({ tasks, waiting, gathering, tolerancePercent }: Reconciliation): string[] {
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

function renderJson({ tasks, waiting, gathering, tolerancePercent }: Reconciliation): string {
  const head = {
    tolerance_percent: tolerancePercent,
    sampling_s: gathering.intervalS,
    gather_plugin: gathering.plugin,
    gather_params: gathering.params,
    waiting,
    ...verdicts(tasks),
  };
  return renderMembers({ ...head, tasks: tasks.map(taskJson) });
}

function taskJson({ task, state, steps, runs, records, quantities }: ReconciledTask): object {
  return {
    task,
    state,
    steps,
    run_files: runs,
    records,
    ...Object.fromEntries(quantities.map((quantity) => [MEMBERS[quantity.what], quantityJson(quantity)])),
  };
}

function quantityJson({ sacct, profiler, inside, difference, percent, verdict, reasons }: Reconciled): object {
  const numbers = { sacct, profiler, inside_inputs: inside, difference, percent };
  const rounded = Object.entries(numbers).map(([name, value]) => [name, value === null ? null : toNanos(value)]);
  return { ...Object.fromEntries(rounded), verdict, reasons };
}

/** Digits past that are those of a sum in binary. */
function toNanos(value: number): number {
  return Number(value.toFixed(9));
}

function renderCsv(tasks: readonly ReconciledTask[]): string {
  const header = ['task', 'state', 'metric', 'unit', 'sacct', 'profiler', 'inside_inputs', 'difference', 'percent'];
  const lines = tasks.flatMap(({ task, state, quantities }) =>
    quantities.map((quantity) => {
      const { what, sacct, profiler, inside, difference, percent, verdict, reasons } = quantity;
      const texts = [task, state, MEMBERS[what], UNITS[what]];
      const numbers = [sacct, profiler, inside, difference, percent];
      return [...texts, ...numbers, verdict, reasons.join('; ')];
    }),
  );
  return [[...header, 'verdict', 'reasons'], ...lines].map(csvLine).join('');
}

function renderMarkdown(tasks: readonly ReconciledTask[]): string {
  const lines = [
    ['task', 'state', '', ...HEADINGS, 'because'],
    [':--', ':--', ':--', ...HEADINGS.map(() => '--:'), ':--'],
    ...tasks.flatMap(({ task, state, quantities }) =>
      quantities.map((quantity, index) => [
        escapeMarkdown(index === 0 ? task : ''),
        escapeMarkdown(index === 0 ? state : ''),
        quantity.what,
        ...quantitiesOf(quantity).map(inline),
        escapeMarkdown(reasonText(quantity)),
      ]),
    ),
  ];
  return `${markdownTable(lines).join('\n')}\n`;
}
