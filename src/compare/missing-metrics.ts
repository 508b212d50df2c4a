import type { NumberField } from '../model/number-metrics.js';
import type { CompareResult } from './result.js';

/** Why a metric has no rows to show; undefined where it has some. */
function whyMissing({ comparisons }: CompareResult, field: NumberField): string | undefined {
  const ofField = comparisons.filter((comparison) => comparison.field === field);
  if (ofField.length === 0) return 'measured on neither side';
  if (ofField.every(({ base }) => base === null)) return 'not measured in base';
  return ofField.every((comparison) => comparison.new === null) ? 'not measured in new' : undefined;
}

export function isComparable(result: CompareResult, field: NumberField): boolean {
  return whyMissing(result, field) === undefined;
}

export function missingMetrics(result: CompareResult): { field: NumberField; reason: string }[] {
  return result.fields.flatMap((field) => {
    const reason = whyMissing(result, field);
    return reason === undefined ? [] : [{ field, reason }];
  });
}
