import { taskOf } from '../os/slurm-task.js';
import { type ReportView, type ViewOptions, viewOf } from '../render/view.js';
import { escapeControls } from '../text/escape.js';
import { counted } from '../text/format.js';
import type { SummaryResult } from './summary.js';

/** A summary and the view of its report, whose rows are stages or groups. Every format takes it. */
export interface SummaryView extends ReportView {
  readonly result: SummaryResult;
  /** How many files were read. */
  readonly files: number;
  /** Whether the JSON has quantiles and the worst inputs too. */
  readonly details: boolean;
}

export interface SummaryOptions extends ViewOptions {
  readonly files: number;
  readonly details?: boolean | undefined;
}

export function summaryView(result: SummaryResult, options: SummaryOptions): SummaryView {
  const { by, top, files, details = false } = options;
  const { report, groups, processes } = result;
  // The order in which groups are first met means nothing.
  const sort = options.sort ?? (by === undefined ? undefined : 'wall_s');
  const shown = { by, top, sort, columns: options.columns, processes };
  return {
    ...viewOf({ ...report, stages: groups ?? report.stages }, shown),
    result,
    files,
    details,
  };
}

/** The line above the table. */
export function headingOf({ result, files, by }: SummaryView): string {
  const { records, failed, unprofiled, malformed, report } = result;
  const task = taskOf(report.slurm);
  const parts = [
    `${counted(records, 'record')} in ${counted(files, 'file')}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unprofiled > 0 ? [`${unprofiled} without profile`] : []),
    ...(malformed > 0 ? [`${counted(malformed, 'line')} left out`] : []),
    ...(task === undefined ? [] : [`all of Slurm task ${task}`]),
  ];
  return `${parts.join(', ')}${by === undefined ? '' : `, by ${by}`}`;
}

/** The line below the tables; empty if no input failed. */
export function failuresLine({ failures }: SummaryResult, escaped: (text: string) => string = (text) => text): string {
  if (failures.size === 0) return '';
  const kinds = [...failures].map(([kind, count]) => `${count} ${escaped(escapeControls(kind))}`);
  return `\nfailed inputs by kind: ${kinds.join(', ')}\n`;
}

/** Counts as members of a report. Those of 0 are left out, except that of records. */
export function countsOf({ records, failed, repeatedInputs, unprofiled, malformed }: SummaryResult) {
  return {
    records,
    ...(failed > 0 ? { failed } : {}),
    ...(repeatedInputs === 0 ? {} : { repeated_inputs: repeatedInputs }),
    ...(unprofiled > 0 ? { unprofiled } : {}),
    ...(malformed > 0 ? { malformed } : {}),
  };
}

/** A single record, such as the report of a run, is always its own worst. */
export function hasWorst({ records }: SummaryResult): boolean {
  return records > 1;
}
