import { renderJson } from '../render/json.js';
import { unitOf } from './cells.js';
import type { Comparison } from './comparison.js';
import type { ComparisonView } from './comparison-view.js';
import type { SideOrigin } from './result.js';
import type { Verdict } from './verdicts.js';

/** The numbers as they are: shares as 0.1, seconds and KiB; null for what is not known. */
export function renderCompareJson({ result, blocks, verdicts }: ComparisonView): string {
  const { inputs, confidence } = result;
  return renderJson({
    base: sideJson(result.base),
    new: sideJson(result.new),
    inputs: inputs && { both: inputs.both, only_base: inputs.onlyBase, only_new: inputs.onlyNew },
    confidence,
    comparisons: blocks.flatMap(({ rows }) => rows.map((row) => comparisonJson(row, verdicts.get(row)))),
    violations: result.violations.map(({ expression, comparison: { stage, field }, change, family }) => ({
      fail_on: expression.text,
      stage,
      metric: field,
      // A change from nothing to something is infinite, and JSON has no number for that.
      change: Number.isFinite(change.value) ? change.value : null,
      comparisons: family,
    })),
    stacks: result.stacks && {
      compared: result.stacks.compared,
      changed:
        result.stacks.changed?.map(({ stage, text, baseNs, newNs, errorNs }) => ({
          stage,
          function: text,
          base_s: baseNs / 1e9,
          new_s: newNs / 1e9,
          standard_error_s: errorNs / 1e9,
        })) ?? null,
      live:
        result.stacks.live?.map(({ stage, text, baseBytes, newBytes, errorBytes }) => ({
          stage,
          stack: text,
          base_kb: baseBytes / 1024,
          new_kb: newBytes / 1024,
          standard_error_kb: errorBytes / 1024,
        })) ?? null,
    },
  });
}

function sideJson({ name, files, records, failed, unprofiled, nameless, processes, load }: SideOrigin): object {
  if (files === null) return { name, report: true, records, load_per_cpu: load };
  return { name, files, records, failed, unprofiled, without_input: nameless, processes, load_per_cpu: load };
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
