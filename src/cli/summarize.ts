import { Command, InvalidArgumentError, Option } from 'commander';
import { exporterNamed, formatNames, helpOf, refusalOf } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { METRICS, type MetricField } from '../model/metrics.js';
import { UsageError } from '../model/usage-error.js';
import { EXIT_DONE, EXIT_FAILED } from '../os/exit-status.js';
import { folds as corpusFolds } from '../page/corpus-fold.js';
import { fact, filesFact, reportFacts } from '../page/facts.js';
import type { InputsPart } from '../page/page-data.js';
import { reportPart } from '../page/report-part.js';
import { type PageContent, PageFile } from '../page/write-page.js';
import { findRecordFiles } from '../records/files.js';
import { readRecords } from '../records/read-records.js';
import type { RecordFile } from '../records/record-file.js';
import { sayNotTaken, sayRepeated } from '../records/say-not-taken.js';
import { NO_GROUP } from '../summary/groups.js';
import { folds, type GroupPath } from '../summary/summary-fold.js';
import { countsOf, type SummaryView, summaryView } from '../summary/summary-view.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { addFormatFlags } from './format-flag.js';
import { wholeNumberFrom } from './number-flags.js';
import { addTableFlags, type PageFlag, pageFlag, type TableFlags } from './table-flags.js';

interface SummarizeFlags extends TableFlags, PageFlag {
  readonly format: string;
  readonly by: string;
  readonly sort?: MetricField;
  readonly top?: number;
  readonly jobs?: number;
  readonly lenient?: true;
  readonly details?: true;
}

const STAGE = 'stage';

const SORTS: readonly MetricField[] = METRICS.map(({ field }) => field);

const HELP = `
FILES are JSON Lines of records, as "stageprof map --profile" writes them: { input, …, profile },
or single reports, as "stageprof run --out" and --format json write them, which count as a record
each. A folder stands for the *.jsonl, *.jsonl.gz and *.jsonl.zst in it, a quoted pattern for the
files that it matches, - for stdin. Files that are compressed with gzip or zstd are recognised by
their first bytes.

Rows are the stages, or with --by the values of a member of the record, such as input or
settings.model. Each record is then one call of its row: it has what its whole process took, and
for what only stages measure, the sum of its outermost stages. Below the rows are the worst inputs
of each, by wall time and by the resident memory that they added, with file and line.

The sums include what failed inputs used up to their failure, and failures are counted by kind.
Inputs with more than one good record are counted on stderr; all their records are in the sums.

${helpOf(EXPORTERS.report)}

Lines that are no record are named on stderr, left out and counted.
Exit codes: 0 done, 1 some lines or files could not be read, 2 usage.`;

export function summarizeCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('summarize')
    .description('one table of all records, or of saved reports: what each stage cost, and which inputs were the worst')
    .argument('<files...>', 'files of records, folders, patterns; - is stdin');
  addFormatFlags(command, formatNames(EXPORTERS.report))
    .option('--by <member>', 'a row for each value of this member of the record; a dotted path', parseMember, STAGE)
    .addOption(new Option('--sort <field>', 'order the rows by a field, highest first').choices(SORTS))
    .addOption(new Option('--top <n>', 'most rows, those highest in --sort or wall_s').argParser(wholeNumberFrom(1)))
    .addOption(new Option('--jobs <n>', 'most threads; without it one a core').argParser(wholeNumberFrom(1)))
    .option('--details', 'with --format json: p50, p95, p99 and the worst inputs of each row')
    .option('--lenient', 'exit with 0 although some lines were no records')
    .addOption(pageFlag());
  return addTableFlags(command)
    .addHelpText('after', HELP)
    .action(async (files: string[], flags: SummarizeFlags) => finish(await summarize(files, flags)));
}

async function summarize(operands: readonly string[], flags: SummarizeFlags): Promise<number> {
  const exporter = exporterNamed(EXPORTERS.report, flags.format);
  const refusal = refusalOf(exporter, {
    by: flags.by !== STAGE,
    sort: flags.sort !== undefined,
    top: flags.top !== undefined,
    details: flags.details === true,
    columns: flags.columns !== undefined,
    full: flags.full === true,
  });
  if (refusal !== undefined) throw new UsageError(refusal);
  const { files, repeated } = findRecordFiles(operands);
  if (repeated > 0) say(`${counted(repeated, 'file')} given more than once, read once`);
  const by = flags.by === STAGE ? undefined : flags.by;
  const options = by?.split('.') as GroupPath | undefined;
  const page = flags.html === undefined ? undefined : new PageFile(flags.html);
  const { outcome, sums, inputs } = await read(files, { options, jobs: flags.jobs, withInputs: page !== undefined });
  const result = { ...outcome, ...sums };
  const isWhole = sayNotTaken(result, flags.lenient === true);
  sayRepeated(result);
  if (by !== undefined && result.groups?.length === 1 && result.groups[0]?.stage === NO_GROUP)
    say(`--by ${by}: no record has such a member, ${NO_GROUP} is all of them`);

  const { stdout } = process;
  const isEmpty = result.records === 0;
  const view = summaryView(result, { ...flags, by, files: files.length });
  // A program that reads the output gets an empty result. A table of zeros would tell a person of something measured.
  if (!isEmpty || exporter !== EXPORTERS.report[0]) stdout.write(exporter.render(view, layoutOf(stdout, flags)));
  if (!isEmpty) page?.leave(() => contentOf(view, operands, inputs));
  if (isEmpty)
    say(`${emptyText(operands)}: "stageprof map --profile" and "run --out" write files that can be summarised`);
  else if (result.records === result.unprofiled) say('no record has a profile: "stageprof map --profile" measures');
  return isWhole && !isEmpty ? EXIT_DONE : EXIT_FAILED;
}

interface Reading {
  readonly options: GroupPath | undefined;
  readonly jobs: number | undefined;
  /** Whether the inputs are wanted one by one, which only a page has room for. */
  readonly withInputs: boolean;
}

async function read(files: readonly RecordFile[], { options, jobs, withInputs }: Reading) {
  if (withInputs) {
    const { outcome, result } = await readRecords(files, { folds: corpusFolds, options, jobs });
    return { outcome, ...result };
  }
  const { outcome, result } = await readRecords(files, { folds, options, jobs });
  return { outcome, sums: result, inputs: null };
}

function contentOf(view: SummaryView, operands: readonly string[], inputs: InputsPart | null): PageContent {
  const { records, failed } = countsOf(view.result);
  return {
    command: 'summarize',
    title: operands.join(' '),
    facts: [
      fact('records', records.toLocaleString('en-US')),
      ...(failed === undefined ? [] : [fact('failed', failed.toLocaleString('en-US'))]),
      filesFact(operands),
      ...reportFacts(view.result.report, 'elapsed in all'),
    ],
    report: reportPart(view),
    inputs,
  };
}

function emptyText(operands: readonly string[]): string {
  return operands.length === 1 ? `${operands[0]} holds no record` : `the ${operands.length} files hold no record`;
}

function parseMember(text: string): string {
  if (text.split('.').every((step) => step !== '')) return text;
  throw new InvalidArgumentError('It has to name a member of the records, such as input or settings.model.');
}
