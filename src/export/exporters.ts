import type { ComparisonView } from '../compare/comparison-view.js';
import { renderCompareCsv } from '../compare/csv.js';
import { renderCompareJson } from '../compare/json.js';
import { renderCompareMarkdown } from '../compare/markdown.js';
import { renderCompareTable } from '../compare/table.js';
import { renderReconcileCsv } from '../reconcile/csv.js';
import { renderReconcileJson } from '../reconcile/json.js';
import { renderReconcileMarkdown } from '../reconcile/markdown.js';
import type { Reconciliation } from '../reconcile/reconciliation.js';
import { renderReconcileTable } from '../reconcile/table.js';
import type { Postmortem } from '../recorder/postmortem.js';
import { postmortemJson } from '../recorder/postmortem-json.js';
import { postmortemPage } from '../recorder/postmortem-page.js';
import { renderSummaryCsv } from '../summary/csv.js';
import { renderSummaryJson } from '../summary/json.js';
import { renderSummaryMarkdown } from '../summary/markdown.js';
import { countsOf, type SummaryView } from '../summary/summary-view.js';
import { renderSummaryTable } from '../summary/table.js';
import { renderCaliper } from './caliper.js';
import type { Exporter } from './exporter.js';

const JSON_HAS_DETAILS = 'needs --format json: the table, CSV and Markdown have them';
/** What only tables have a use for. */
const ALL_FIELDS = { columns: 'is for the table and Markdown: this format has all fields', full: 'is for the table' };
const WHOLE_TREE = 'is not for --format caliper: it has the tree of all stages';

interface Exporters {
  /** Reports: `stageprof summarize`. */
  readonly report: readonly Exporter<SummaryView>[];
  /** `stageprof compare`. */
  readonly comparison: readonly Exporter<ComparisonView>[];
  /** `stageprof reconcile`. */
  readonly reconciliation: readonly Exporter<Reconciliation>[];
  /** A recorder: `stageprof postmortem`. */
  readonly recording: readonly Exporter<Postmortem>[];
}

/**
 * Every format of every kind of result. A format is one file, which renders it, and one row here: `--format`, its help
 * and the flags that it refuses follow. The first of each kind is the default.
 */
export const EXPORTERS: Exporters = {
  report: [
    { name: 'table', refuses: { details: JSON_HAS_DETAILS }, render: renderSummaryTable },
    { name: 'json', refuses: ALL_FIELDS, render: renderSummaryJson },
    { name: 'csv', refuses: { details: JSON_HAS_DETAILS, ...ALL_FIELDS }, render: renderSummaryCsv },
    {
      name: 'markdown',
      refuses: { details: JSON_HAS_DETAILS, full: 'is for the table' },
      render: renderSummaryMarkdown,
    },
    {
      name: 'caliper',
      refuses: { details: JSON_HAS_DETAILS, by: WHOLE_TREE, sort: WHOLE_TREE, top: WHOLE_TREE, ...ALL_FIELDS },
      help: `\
--format caliper is one profile in Caliper's json-split, which Hatchet and Thicket read: all
stages as a tree, without --by, --sort and --top. Self times have the bare name, as time beside
time (inc).`,
      render: ({ report, result }) => renderCaliper(report, countsOf(result)),
    },
  ],
  comparison: [
    { name: 'table', render: renderCompareTable },
    { name: 'json', render: renderCompareJson },
    { name: 'csv', render: renderCompareCsv },
    { name: 'markdown', render: renderCompareMarkdown },
  ],
  reconciliation: [
    { name: 'table', render: renderReconcileTable },
    { name: 'json', render: renderReconcileJson },
    { name: 'csv', render: renderReconcileCsv },
    { name: 'markdown', render: renderReconcileMarkdown },
  ],
  recording: [
    { name: 'table', render: (found, layout) => postmortemPage(found, layout, Date.now()) },
    { name: 'json', refuses: ALL_FIELDS, render: postmortemJson },
  ],
};
