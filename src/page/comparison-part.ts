import { inputsText, statisticText, verdictText } from '../compare/cells.js';
import type { Change } from '../compare/comparison.js';
import type { ComparisonView, MetricBlock } from '../compare/comparison-view.js';
import { violationText } from '../compare/violation-text.js';
import { NUMBER_METRICS } from '../model/number-metrics.js';
import type { ChangeData, ComparedMetric, ComparisonPart, PageUnit } from './page-data.js';

/** Both sides of a comparison, by metric. */
export function comparisonPart(view: ComparisonView): ComparisonPart {
  const { result, heading, notes, blocks } = view;
  return {
    heading,
    confidence: result.confidence,
    metrics: blocks.filter(({ isComparable }) => isComparable).map((block) => metricOf(block, view)),
    violations: result.violations.map((violation) => violationText(violation, result.confidence)),
    notes: notes.map(({ key, text, isAlarm }) => ({ key, text, ...(isAlarm ? { isAlarm } : {}) })),
  };
}

function metricOf({ field, rows, count }: MetricBlock, { result, verdicts }: ComparisonView): ComparedMetric {
  const metric = NUMBER_METRICS.find((one) => one.field === field)!;
  const [first] = rows;
  return {
    key: field,
    heading: metric.heading ?? field,
    unit: metric.unit as PageUnit,
    what: `${metric.description} ${first === undefined ? '' : `Here: ${statisticText(first, result.observation)}.`}`,
    count,
    rows: rows.map((row) => ({
      stage: row.stage,
      base: row.base,
      new: row.new,
      difference: changeOf(row.difference),
      relative: changeOf(row.relative),
      verdict: verdictText(row, verdicts.get(row)),
      inputs: inputsText(row),
    })),
  };
}

function changeOf(change: Change | null): ChangeData | null {
  return change === null ? null : { value: change.value, low: change.low, high: change.high };
}
