import { Command, InvalidArgumentError, Option } from 'commander';
import type { Comparison } from '../compare/comparison.js';
import { comparisonView } from '../compare/comparison-view.js';
import { coveredBy, type Expression, knownFields, parseExpression, violationsOf } from '../compare/fail-on.js';
import { openSide } from '../compare/open-side.js';
import { SORTS, type Sort } from '../compare/ranking.js';
import { compareOperands } from '../compare/read-sides.js';
import { stacksOfSides } from '../compare/side-stacks.js';
import { uncoveredText, violationText } from '../compare/violation-text.js';
import { exporterNamed, formatNames } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE, EXIT_FAILED } from '../os/exit-status.js';
import { comparisonContent } from '../page/comparison-content.js';
import { PageFile } from '../page/write-page.js';
import { sayNotTaken } from '../records/say-not-taken.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import { addFormatFlags } from './format-flag.js';
import { numberWithin, wholeNumberFrom } from './number-flags.js';
import { type FullFlag, fullFlag, type PageFlag, pageFlag } from './table-flags.js';

interface CompareFlags extends FullFlag, PageFlag {
  readonly format: string;
  readonly metric?: readonly NumberField[];
  readonly failOn?: readonly Expression[];
  readonly confidence: number;
  readonly sort: Sort;
  readonly top?: number;
  readonly jobs?: number;
  readonly unmatched?: true;
  readonly lenient?: true;
}

const DEFAULT_METRICS: readonly NumberField[] = [
  'wall_s',
  'cpu_s',
  'js_kb_peak_max',
  'native_kb_peak_max',
  'rss_kb_peak_max',
];

const HELP = `
BASE and NEW are each a file of records, a folder of them or a quoted pattern, as for
"stageprof summarize"; or a report, as "summarize --format json" and "run --out" write it, which
has no records to make an interval from.

Only inputs with a good record on both sides are compared, and each counts once. Times, counts
and volumes are totals of these inputs; peaks, growths and the slowest call are means.

A --fail-on is [LABELS:]METRIC>THRESHOLD, or for a drop [LABELS:]METRIC<-THRESHOLD:
  wall_s>10%                     the total of any label is more than 10 % higher
  wall_s>2s                      more than 2 s higher
  extract.*:native_kb_alloc>1GB  of labels below extract; * is any text, ? any character
It fails if the change is over the threshold and significant, with the given confidence for all
labels that it covers together; and if the change is over the threshold and has no interval.

Exit codes: 0 done, 1 a --fail-on was met or some lines or files could not be read, 2 usage.
docs/compare.md describes the method and how often it is right.`;

export function compareCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('compare')
    .description('two runs over the same inputs: what each stage cost more or less, and whether that is chance')
    .argument('<base>', 'records or report from before')
    .argument('<new>', 'records or report from after');
  return addFormatFlags(command, formatNames(EXPORTERS.comparison))
    .option('--metric <fields>', `separated by commas, or all; without it ${DEFAULT_METRICS.join(', ')}`, parseMetrics)
    .option('--fail-on <expression>', 'exit with 1 if it is met, such as wall_s>10%; may be repeated', addExpression)
    .option('--confidence <share>', 'confidence of the intervals and of --fail-on', numberWithin(0.5, 0.9999), 0.95)
    .addOption(
      new Option('--sort <by>', 'order of the rows of each metric, highest first').choices(SORTS).default('change'),
    )
    .addOption(new Option('--top <n>', 'most rows of each metric').argParser(wholeNumberFrom(1)))
    .addOption(new Option('--jobs <n>', 'most threads; without it one a core').argParser(wholeNumberFrom(1)))
    .option('--unmatched', 'compare all records as two independent corpora, whatever their inputs')
    .option('--lenient', 'exit with 0 although some lines were no records')
    .addOption(fullFlag())
    .addOption(pageFlag())
    .addHelpText('after', HELP)
    .action(async (base: string, next: string, flags: CompareFlags) => finish(await compare(base, next, flags)));
}

async function compare(base: string, next: string, flags: CompareFlags): Promise<number> {
  const { failOn = [], confidence } = flags;
  const page = flags.html === undefined ? undefined : new PageFile(flags.html);
  let isWhole = true;
  const compared = await compareOperands(base, next, {
    fields: fieldsOf(flags),
    confidence,
    isMatched: flags.unmatched !== true,
    jobs: flags.jobs,
    onRead(outcome) {
      isWhole = sayNotTaken(outcome, flags.lenient === true) && isWhole;
    },
  });
  for (const expression of failOn) requireCovered(expression, compared.comparisons);
  const violations = failOn.flatMap((expression) => violationsOf(expression, compared.comparisons, confidence));
  const { stdout } = process;
  const view = comparisonView({ ...compared, violations }, flags);
  stdout.write(exporterNamed(EXPORTERS.comparison, flags.format).render(view, layoutOf(stdout, flags)));
  if (page !== undefined) {
    const areCompared = compared.stacks !== null && compared.stacks.changed !== null;
    const stacks = areCompared ? await stacksOfSides([openSide(base), openSide(next)]) : null;
    page.leave(() => comparisonContent(view, stacks));
  }
  for (const violation of violations) say(violationText(violation, confidence));
  return isWhole && violations.length === 0 ? EXIT_DONE : EXIT_FAILED;
}

/** The metrics of --metric and of --fail-on, in the order of the table of metrics. */
function fieldsOf({ metric = DEFAULT_METRICS, failOn = [] }: CompareFlags): NumberField[] {
  const wanted = new Set([...metric, ...failOn.map(({ field }) => field)]);
  return NUMBER_METRICS.map(({ field }) => field).filter((field) => wanted.has(field));
}

/** Without this check a typing error would let a change pass. */
function requireCovered(expression: Expression, comparisons: readonly Comparison[]): void {
  if (coveredBy(expression, comparisons).length > 0) return;
  throw new UsageError(`--fail-on ${expression.text}: ${uncoveredText(expression, comparisons)}`);
}

function parseMetrics(text: string): NumberField[] {
  if (text === 'all') return NUMBER_METRICS.map(({ field }) => field);
  return text.split(',').map((name) => {
    const metric = NUMBER_METRICS.find(({ field }) => field === name.trim());
    if (metric === undefined) throw new InvalidArgumentError(`It has to be all, or some of ${knownFields()}.`);
    return metric.field;
  });
}

function addExpression(text: string, earlier: readonly Expression[] = []): readonly Expression[] {
  try {
    return [...earlier, parseExpression(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
