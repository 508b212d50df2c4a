import { NUMBER_METRICS } from '../model/number-metrics.js';
import { csvLine } from '../render/csv.js';
import { renderJson } from '../render/json.js';
import { escapeMarkdown, markdownTable } from '../render/markdown.js';
import { inline } from '../text/format.js';
import { changeQuantity, inputsText, intervalText, quantityOf, verdictText } from './cells.js';
import type { Comparison } from './comparison.js';
import { compareNotes, headingLines, percentText } from './notes.js';
import {
  type CompareRanking,
  type CompareResult,
  isComparable,
  ranked,
  type SideOrigin,
  statisticText,
  type Verdict,
  verdictsOf,
} from './result.js';

/** The numbers as they are: shares as 0.1, seconds and KiB; null where there is none. */
export function renderCompareJson(result: CompareResult, ranking: CompareRanking): string {
  const verdicts = verdictsOf(result);
  const { inputs, confidence } = result;
  return renderJson({
    base: sideJson(result.base),
    new: sideJson(result.new),
    inputs: inputs && { both: inputs.both, only_base: inputs.onlyBase, only_new: inputs.onlyNew },
    confidence,
    comparisons: rowsOf(result, ranking).map((row) => comparisonJson(row, verdicts.get(row))),
    violations: result.violations.map(({ expression, comparison: { stage, field }, change, family }) => ({
      fail_on: expression.text,
      stage,
      metric: field,
      // From nothing to something, which JSON has no number for.
      change: Number.isFinite(change.value) ? change.value : null,
      comparisons: family,
    })),
  });
}

function sideJson({ name, files, records, failed, unprofiled, nameless, processes }: SideOrigin): object {
  if (files === null) return { name, report: true, records };
  return { name, files, records, failed, unprofiled, without_input: nameless, processes };
}

function comparisonJson(row: Comparison, verdict: Verdict | undefined): object {
  const { stage, field, statistic, state, base, new: next, difference, relative } = row;
  return {
    stage,
    metric: field,
    unit: unitOf(row),
    statistic,
    state,
    base,
    new: next,
    difference,
    relative,
    verdict: verdict ?? null,
    inputs: row.inputs,
    unmeasured: row.unmeasured,
    highest: row.highest,
    why_no_interval: row.whyNoInterval,
  };
}

const CSV_FIELDS = [
  'stage',
  'metric',
  'unit',
  'statistic',
  'state',
  'base',
  'new',
  ...['difference', 'difference_low', 'difference_high', 'difference_probability'],
  ...['relative', 'relative_low', 'relative_high', 'relative_probability'],
  ...['verdict', 'base_inputs', 'new_inputs', 'base_highest', 'new_highest', 'why_no_interval'],
];

/** One row a label and metric. */
export function renderCompareCsv(result: CompareResult, ranking: CompareRanking): string {
  const verdicts = verdictsOf(result);
  const lines = rowsOf(result, ranking).map((row) => {
    const changes = [row.difference, row.relative].flatMap((change) => [
      change?.value,
      change?.low,
      change?.high,
      change?.probability,
    ]);
    return [
      ...[row.stage, row.field, unitOf(row), row.statistic, row.state, row.base, row.new],
      ...changes,
      ...[verdicts.get(row), row.inputs?.base, row.inputs?.new, row.highest?.base, row.highest?.new, row.whyNoInterval],
    ];
  });
  return [CSV_FIELDS, ...lines].map(csvLine).join('');
}

/** The tables of the metrics as GitHub Markdown, and their notes as a list. */
export function renderCompareMarkdown(result: CompareResult, ranking: CompareRanking): string {
  const verdicts = verdictsOf(result);
  const blocks = result.fields.flatMap((field) => {
    if (!isComparable(result, field)) return [];
    const rows = ranked(result.comparisons, field, ranking);
    const table = [
      [
        `\`${field}\``,
        'base',
        'new',
        'difference',
        'change',
        `${percentText(result.confidence)} interval`,
        '',
        'inputs',
      ],
      [':--', '--:', '--:', '--:', '--:', ':--', ':--', '--:'],
      ...rows.map((row) => [
        escapeMarkdown(row.stage),
        inline(quantityOf(field, row.base)),
        inline(quantityOf(field, row.new)),
        inline(quantityOf(field, row.difference?.value ?? null, true)),
        inline(changeQuantity(row)),
        intervalText(row),
        verdictText(row, verdicts.get(row)),
        inputsText(row),
      ]),
    ];
    return [[`**${field}**, ${statisticText(rows[0]!, result.inputs)}`, '', ...markdownTable(table), '']];
  });
  return `${[
    ...headingLines(result).map((line) => `${escapeMarkdown(line)}  `),
    '',
    ...blocks.flat(),
    ...compareNotes(result).map(({ key, text }) => `- **${key}** ${escapeMarkdown(text)}`),
  ].join('\n')}\n`;
}

function rowsOf({ fields, comparisons }: CompareResult, ranking: CompareRanking): Comparison[] {
  return fields.flatMap((field) => ranked(comparisons, field, ranking));
}

function unitOf({ field }: Comparison): string {
  return NUMBER_METRICS.find((metric) => metric.field === field)!.unit;
}
