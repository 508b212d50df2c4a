import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exporterNamed } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import type { ProfiledTasks } from '../reconcile/profiled-task.js';
import { type Faults, readProfiled } from '../reconcile/read-profiled.js';
import { reconcileTask } from '../reconcile/reconcile.js';
import type { Gathering } from '../reconcile/reconciled.js';
import { type Reconciliation, verdicts } from '../reconcile/reconciliation.js';
import { askGathering, isJob, runSacct, sacctCommand } from '../reconcile/sacct.js';
import { parseSacct, type SacctRows } from '../reconcile/sacct-rows.js';
import { countWaiting, sacctTasks } from '../reconcile/sacct-tasks.js';
import { withoutMark } from '../records/byte-order-mark.js';
import { say } from '../terminal/say.js';
import { tableOptions } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { EXIT_DONE, EXIT_FAILED } from './exit-codes.js';
import { formatFlag } from './format-flag.js';
import { numberWithin, wholeNumberFrom } from './number-flags.js';

interface ReconcileFlags {
  readonly sacct: string;
  readonly format: string;
  readonly tolerance: number;
  readonly interval?: number;
  readonly gather?: 'linux' | 'cgroup';
}

const HELP = `
RECORDS are what "stageprof map --profile" has written in the job: its folder, files of records
(*.jsonl, .gz, .zst) and run files (run-*.json). A run file has what the whole process took; records
alone, what was inside of inputs.

--sacct takes the id of a job (12, 12_3, 12,13) where sacct can be called, or a file of
  ${sacctCommand('JOB')}
of which JobID, State, Elapsed, TotalCPU and MaxRSS are needed. A file is then given --interval and
--gather, if "scontrol show config" names others in JobAcctGatherFrequency and JobAcctGatherType than
30 and linux; with a job id these are asked for.

For each task wall time, CPU and peak memory stand beside each other. A difference past the tolerance
is explained where the numbers themselves have a reason for it, such as a spike shorter than Slurm's
sampling; "explained" says that it can be so, "not explained" that something else has to be looked for.

Exit codes: 0 all agree or are explained, 1 not all, or lines that could not be taken, 2 usage.`;

export function reconcileCommand(finish: (exitCode: number) => void): Command {
  return new Command('reconcile')
    .description("what the profiler measured beside Slurm's accounting of the same tasks")
    .argument('<records...>', 'folders, files of records, run files, patterns; - is stdin')
    .requiredOption('--sacct <job or file>', 'id of the job, or a saved output of sacct -P', parseSource)
    .addOption(formatFlag(EXPORTERS.reconciliation))
    .option('--tolerance <percent>', 'differences that are agreement', numberWithin(0, 100, 'of per cent'), 5)
    .option(
      '--interval <s>',
      "seconds between Slurm's samples; 0 when it only samples at the end",
      wholeNumberFrom(0, 'of seconds'),
    )
    .addOption(new Option('--gather <plugin>', 'how Slurm gathers').choices(['linux', 'cgroup']))
    .addHelpText('after', HELP)
    .action(async (records: string[], flags: ReconcileFlags) => finish(await reconcile(records, flags)));
}

async function reconcile(operands: readonly string[], flags: ReconcileFlags): Promise<number> {
  // First, because it takes no time: a wrong file is said before gigabytes of records are read.
  const output = readSacct(flags.sacct);
  const profiled = await readProfiled(operands);
  const tasks = sacctTasks(output.rows);
  const gathering = gatheringOf(flags);
  const measure = { gathering, tolerancePercent: flags.tolerance };
  const result: Reconciliation = {
    tasks: [...tasks.values()].map((task) => reconcileTask(task, profiled.tasks.get(task.task), measure)),
    waiting: countWaiting(output.waiting, tasks),
    gathering,
    tolerancePercent: flags.tolerance,
  };
  for (const line of output.malformed) say(`${flags.sacct}: ${line}, left out`);
  sayFaults(profiled.faults);
  sayLeftOut(profiled.tasks, tasks);

  const { stdout } = process;
  stdout.write(exporterNamed(EXPORTERS.reconciliation, flags.format).render(result, tableOptions(stdout)));
  const isWhole = output.malformed.length === 0 && profiled.faults.count === 0;
  return isWhole && verdicts(result.tasks).unexplained === 0 ? EXIT_DONE : EXIT_FAILED;
}

function readSacct(source: string): SacctRows {
  const parsed = parseSacct(isJob(source) ? runSacct(source) : readFile(source));
  if (parsed.state === 'unusable') {
    const job = isJob(source) ? source : 'JOB';
    throw new SetupError(`--sacct ${source}: the output of sacct ${parsed.reason}; save it with ${sacctCommand(job)}`);
  }
  const { rows, waiting, malformed } = parsed.output;
  if (rows.length > 0 || waiting.length > 0 || malformed.length > 0) return parsed.output;
  const why = isJob(source) ? 'sacct knows no such job on this cluster' : 'it has no row of a job';
  throw new SetupError(`--sacct ${source}: ${why}`);
}

function readFile(path: string): string {
  try {
    return withoutMark(readFileSync(path, 'utf8'));
  } catch (error) {
    const hint = (error as NodeJS.ErrnoException).code === 'ENOENT' ? ', and it is no job id such as 12 or 12_3' : '';
    throw new SetupError(`--sacct ${path}: cannot be read, ${systemReason(error)}${hint}`);
  }
}

function gatheringOf({ sacct, interval, gather }: ReconcileFlags): Gathering {
  const asked = isJob(sacct) ? askGathering() : { intervalS: null, plugin: null, params: null };
  return { ...asked, intervalS: interval ?? asked.intervalS, plugin: gather ?? asked.plugin };
}

function sayFaults({ named, count }: Faults): void {
  for (const fault of named) say(fault);
  if (count > named.length) say(`${count - named.length} more could not be taken`);
}

function sayLeftOut(tasks: ProfiledTasks, known: ReadonlyMap<string, unknown>): void {
  const others = tasks.besides(known);
  const left = [
    ...(others.records > 0 ? [`${counted(others.records, 'record')} of other jobs`] : []),
    ...(others.runs > 0 ? [`${counted(others.runs, 'run file')} of other jobs`] : []),
    ...(tasks.recordsOutside > 0 ? [`${counted(tasks.recordsOutside, 'record')} made outside of Slurm`] : []),
    ...(tasks.runsOutside > 0 ? [`${counted(tasks.runsOutside, 'run file')} made outside of Slurm`] : []),
    ...(tasks.unprofiled > 0 ? [`${counted(tasks.unprofiled, 'record')} without a profile`] : []),
  ];
  if (left.length > 0) say(`left out: ${left.join(', ')}`);
}

function parseSource(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It has to be the id of a job or a file.');
}
