import type { ModuleKib } from '../model/composition.js';
import { METRICS } from '../model/metrics.js';
import { isNumberMetric } from '../model/number-metrics.js';
import type { StageRow } from '../model/report.js';
import { escapeControls } from '../text/escape.js';
import { largestFirst } from './modules.js';
import { QUANTILE_FIELDS } from './quantile-fields.js';
import type { ReportView } from './view.js';

/** A column beside those of the metrics. */
export interface CsvColumn {
  readonly field: string;
  readonly value: (row: StageRow, view: ReportView) => string | number | null;
}

const COLUMNS: readonly CsvColumn[] = [
  ...METRICS.flatMap((metric): CsvColumn[] => {
    if (isNumberMetric(metric)) return [{ field: metric.field, value: (row) => row[metric.field] }];
    if (metric.unit === 'modules') {
      return [{ field: metric.field, value: ({ native_modules }) => moduleText(native_modules) }];
    }
    return QUANTILE_FIELDS.map(({ field, secondsOf }) => ({ field, value: secondsOf }));
  }),
  {
    field: 'findings',
    value: (row, { findings }) => (findings.get(row) ?? []).map(({ kind }) => kind).join(' '),
  },
];

/**
 * One row a label below a row of field names, as RFC 4180 has it: lines end in CRLF, null is an empty field.
 * The histogram stands as the quantiles made from it, modules as `name=KiB`, the largest first, the findings as their
 * kinds, that which matters most first. Seconds are rounded to nanoseconds.
 *
 * Labels may come from names of input files, and spreadsheets run what begins like a formula: such a text gets
 * a `'` in front, and controls are escaped as in the table. The JSON has every label as it is.
 *
 * @param further columns behind those of every report
 */
export function renderCsv(view: ReportView, further: readonly CsvColumn[] = []): string {
  const label: CsvColumn = { field: view.by ?? 'stage', value: ({ stage }) => stage };
  const columns = [label, ...COLUMNS, ...further];
  const lines = [
    columns.map(({ field }) => field),
    ...view.rows.map((row) => columns.map(({ value }) => value(row, view))),
  ];
  return lines.map(csvLine).join('');
}

/**
 * A line of the fields. Seconds are rounded to nanoseconds, texts that begin like a formula get a `'` in front, and
 * controls in them are shown as in the table: files are looked at with `cat`, too.
 */
export function csvLine(fields: readonly (string | number | null | undefined)[]): string {
  return `${fields.map((field) => quoted(text(field))).join(',')}\r\n`;
}

/** `name=KiB name=KiB`, the largest first. */
function moduleText(modules: ModuleKib | null): string | null {
  return (
    modules &&
    largestFirst(modules)
      .map(([name, kib]) => `${name}=${kib}`)
      .join(' ')
  );
}

function text(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? String(Number(value.toFixed(9))) : inert(escapeControls(value));
}

function quoted(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

// The characters of the OWASP page on CSV injection, less the controls, which are escaped by then; the full-width forms
// are read as formulas in some locales.
function inert(label: string): string {
  return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(label) ? `'${label}` : label;
}
