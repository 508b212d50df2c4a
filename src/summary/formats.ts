import { renderCaliper } from '../export/caliper.js';
import type { MetricField } from '../model/metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { renderCsv } from '../render/csv.js';
import { renderJson } from '../render/json.js';
import { escapeMarkdown, markdownTable, renderMarkdown } from '../render/markdown.js';
import { QUANTILE_FIELDS } from '../render/quantile-fields.js';
import { renderTableOf } from '../render/table.js';
import { viewOf } from '../render/view.js';
import { escapeControls } from '../text/escape.js';
import { counted } from '../text/format.js';
import type { SummaryResult } from './summary.js';
import { worstCells, worstTable } from './worst-table.js';

export const FORMATS = ['table', 'json', 'csv', 'markdown', 'caliper'] as const;
export type Format = (typeof FORMATS)[number];

export interface SummaryView {
  readonly format: Format;
  /** The member the rows are values of; undefined where they are stages. */
  readonly by: string | undefined;
  readonly sort?: MetricField;
  readonly top?: number;
  readonly details?: true;
  readonly files: number;
  readonly width: number | undefined;
  readonly colour: boolean;
}

const WORST_COLUMNS = [
  ['worst_wall_input', 'wall_s', 'input'],
  ['worst_wall_s', 'wall_s', 'value'],
  ['worst_wall_file', 'wall_s', 'file'],
  ['worst_wall_line', 'wall_s', 'line'],
  ['worst_peak_input', 'rss_kb_peak_max', 'input'],
  ['worst_peak_kb', 'rss_kb_peak_max', 'value'],
  ['worst_peak_file', 'rss_kb_peak_max', 'file'],
  ['worst_peak_line', 'rss_kb_peak_max', 'line'],
] as const;

export function renderSummary(result: SummaryResult, view: SummaryView): string {
  const { by, sort, top } = view;
  const { report } = result;
  // Groups come in no order worth keeping.
  const shown = viewOf(
    { ...report, stages: result.groups ?? report.stages },
    { by, top, sort: sort ?? (by === undefined ? undefined : 'wall_s') },
  );
  const { rows } = shown;
  // Of a single record, such as the report of a run, they are no news.
  const hasWorst = result.records > 1;
  switch (view.format) {
    case 'json':
      return renderJson(asJson(result, rows, view));
    case 'csv':
      return renderCsv(
        shown,
        WORST_COLUMNS.map(([field, worstBy, member]) => ({
          field,
          value: ({ stage }) => result.worstOf(stage)[worstBy]?.[member] ?? null,
        })),
      );
    case 'caliper':
      return renderCaliper(report, countsOf(result));
    case 'markdown': {
      const table = renderMarkdown(shown);
      if (!hasWorst) return `${heading(result, view)}\n\n${table}`;
      const worst = [
        ['', 'worst by', '', 'input', 'record'],
        [':--', ':--', '--:', ':--', ':--'],
        ...worstCells(rows, result.worstOf).map((cells) => cells.map(escapeMarkdown)),
      ];
      return `${heading(result, view)}\n\n${table}\n${markdownTable(worst).join('\n')}\n${failuresLine(result, escapeMarkdown)}`;
    }
    default: {
      const table = renderTableOf(shown, view);
      const worst = hasWorst ? worstTable(rows, result.worstOf, view) : '';
      return `${heading(result, view)}

${table}${worst}${failuresLine(result)}`;
    }
  }
}

function heading({ records, failed, unprofiled, malformed }: SummaryResult, { files, by }: SummaryView): string {
  const parts = [
    `${counted(records, 'record')} in ${counted(files, 'file')}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unprofiled > 0 ? [`${unprofiled} without profile`] : []),
    ...(malformed > 0 ? [`${counted(malformed, 'line')} left out`] : []),
  ];
  return `${parts.join(', ')}${by === undefined ? '' : `, by ${by}`}`;
}

/** Below the tables; empty where no input failed. */
function failuresLine({ failures }: SummaryResult, escaped: (text: string) => string = (text) => text): string {
  if (failures.size === 0) return '';
  const kinds = [...failures].map(([kind, count]) => `${count} ${escaped(escapeControls(kind))}`);
  return `\nfailed inputs by kind: ${kinds.join(', ')}\n`;
}

/** What did not happen is not mentioned. */
function countsOf({ records, failed, repeatedInputs, unprofiled, malformed }: SummaryResult) {
  return {
    records,
    ...(failed > 0 ? { failed } : {}),
    ...(repeatedInputs === 0 ? {} : { repeated_inputs: repeatedInputs }),
    ...(unprofiled > 0 ? { unprofiled } : {}),
    ...(malformed > 0 ? { malformed } : {}),
  };
}

/** The merged report, with how many records it is of. */
function asJson(result: SummaryResult, rows: readonly StageRow[], { by, details }: SummaryView): Report {
  const { failures, report } = result;
  const { records, failed, ...others } = countsOf(result);
  return {
    ...report,
    ...(by === undefined ? { stages: rows } : {}),
    records,
    ...(failed === undefined ? {} : { failed, failed_by_kind: Object.fromEntries(failures) }),
    ...others,
    ...(by === undefined ? {} : { by, groups: rows.map(({ stage, ...row }) => ({ group: stage, ...row })) }),
    ...(details === true ? { details: rows.map((row) => detailsOf(row, result, by)) } : {}),
  } as Report;
}

function detailsOf(row: StageRow, { worstOf }: SummaryResult, by: string | undefined): object {
  const quantiles = QUANTILE_FIELDS.map(({ field, secondsOf }) => [field, secondsOf(row)]);
  return {
    [by === undefined ? 'stage' : 'group']: row.stage,
    calls: row.calls,
    ...Object.fromEntries(quantiles),
    worst: worstOf(row.stage),
  };
}
