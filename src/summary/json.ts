import { withFindings } from '../findings/reported.js';
import type { StageRow } from '../model/report.js';
import { renderJson } from '../render/json.js';
import { QUANTILE_FIELDS } from '../render/quantile-fields.js';
import { growthMembers } from './growth-line.js';
import { countsOf, type SummaryView } from './summary-view.js';

/** The merged report, with the number of records that it is made of; with `by`, the groups beside the stages. */
export function renderSummaryJson(view: SummaryView): string {
  const { result, rows, by, details } = view;
  const { records, failed, ...others } = countsOf(result);
  return renderJson({
    ...withFindings(result.report, result.processes),
    ...(by === undefined ? { stages: rows } : {}),
    records,
    ...(failed === undefined ? {} : { failed, failed_by_kind: Object.fromEntries(result.failures) }),
    ...others,
    ...growthMembers(result.inputGrowth),
    ...(by === undefined ? {} : { by, groups: rows.map(({ stage, ...row }) => ({ group: stage, ...row })) }),
    ...(details ? { details: rows.map((row) => detailsOf(row, view)) } : {}),
  });
}

function detailsOf(row: StageRow, { result, by }: SummaryView): object {
  const quantiles = QUANTILE_FIELDS.map(({ field, secondsOf }) => [field, secondsOf(row)]);
  return {
    [by === undefined ? 'stage' : 'group']: row.stage,
    calls: row.calls,
    ...Object.fromEntries(quantiles),
    worst: result.worstOf(row.stage),
  };
}
