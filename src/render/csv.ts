import { largestFirst, type ModuleKib } from '../model/composition.js';
import { METRICS } from '../model/metrics.js';
import { isModuleMetric, isNumberMetric } from '../model/number-metrics.js';
import type { OctavePairs } from '../model/octaves.js';
import type { StageRow } from '../model/report.js';
import { escapeControls } from '../text/escape.js';
import { QUANTILE_FIELDS } from './quantile-fields.js';
import type { ReportView } from './view.js';

/** A column of the CSV. */
export interface CsvColumn {
  readonly field: string;
  readonly value: (row: StageRow, view: ReportView) => string | number | null;
}

const COLUMNS: readonly CsvColumn[] = [
  ...METRICS.flatMap((metric): CsvColumn[] => {
    if (isNumberMetric(metric)) return [{ field: metric.field, value: (row) => row[metric.field] }];
    if (isModuleMetric(metric)) return [{ field: metric.field, value: (row) => moduleText(row[metric.field]) }];
    if (metric.unit === 'octaves') {
      return [{ field: metric.field, value: ({ growth_by_octave }) => octaveText(growth_by_octave) }];
    }
    return QUANTILE_FIELDS.map(({ field, secondsOf }) => ({ field, value: secondsOf }));
  }),
  {
    field: 'findings',
    value: (row, { findings }) => (findings.get(row) ?? []).map(({ kind }) => kind).join(' '),
  },
];

/**
 * A line of field names and a line for each row, as in RFC 4180: lines end in CRLF, and null is an empty field.
 * Quantiles stand in place of the histogram. Modules are written as `name=KiB`, the largest first, growth by octave as
 * `octave=KiB`, and findings as their kinds, the one that matters most first.
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
 * One line. Numbers are rounded to nine decimals, so times to nanoseconds. A label may be the name of an input file,
 * and a spreadsheet runs a text that begins like a formula, so such a text gets a `'` in front. Controls are escaped as
 * in the table, because people print files with `cat`. The JSON has every label as it is.
 */
export function csvLine(fields: readonly (string | number | null | undefined)[]): string {
  return `${fields.map((field) => quoted(text(field))).join(',')}\r\n`;
}

/** `octave=KiB octave=KiB`, in the order of the calls. */
function octaveText(octaves: OctavePairs | null | undefined): string | null {
  return octaves?.map(([octave, kib]) => `${octave}=${kib}`).join(' ') ?? null;
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

// The characters of the OWASP page on CSV injection, without the controls, which are escaped before. Some locales read
// the full-width forms as formulas too.
function inert(label: string): string {
  return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(label) ? `'${label}` : label;
}
