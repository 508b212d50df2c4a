import { Command, InvalidArgumentError, Option } from 'commander';
import { exporterNamed, formatNames } from '../export/exporter.js';
import { EXPORTERS } from '../export/exporters.js';
import { EXIT_DONE, EXIT_FAILED } from '../os/exit-status.js';
import { type Profiled, readProfiled } from '../reconcile/read-profiled.js';
import { readSacct } from '../reconcile/read-sacct.js';
import { reconcileTask } from '../reconcile/reconcile.js';
import type { Gathering } from '../reconcile/reconciled.js';
import { type Reconciliation, verdicts } from '../reconcile/reconciliation.js';
import { askGathering, isJob, sacctCommand } from '../reconcile/sacct.js';
import { countWaiting, sacctTasks } from '../reconcile/sacct-tasks.js';
import { sayNotTaken } from '../records/say-not-taken.js';
import { say } from '../terminal/say.js';
import { layoutOf } from '../terminal/terminal.js';
import { counted } from '../text/format.js';
import { addFormatFlags } from './format-flag.js';
import { numberWithin, wholeNumberFrom } from './number-flags.js';
import { type FullFlag, fullFlag } from './table-flags.js';

interface ReconcileFlags extends FullFlag {
  readonly sacct: string;
  readonly format: string;
  readonly tolerance: number;
  readonly interval?: number;
  readonly gather?: 'linux' | 'cgroup';
}

const HELP = `
RECORDS are what "stageprof map --profile" has written in the job: its folder, files of records
(*.jsonl, .gz, .zst) and map accounts (run-*.json). A map account has what the whole process took; records
alone, what was inside of inputs.

--sacct takes the id of a job (12, 12_3, 12,13) where sacct can be called, or a file of
  ${sacctCommand('JOB')}
of which JobID, State, Elapsed, TotalCPU and MaxRSS are needed. With a file, give --interval and
--gather if "scontrol show config" has other values than 30 and linux for JobAcctGatherFrequency and
JobAcctGatherType. With a job id, scontrol is asked for them.

The table shows wall time, CPU and peak memory of each task by both accounts. A difference above the
tolerance is "explained" if the numbers themselves give a possible reason, such as a spike shorter than
Slurm's sampling interval. If it is "not explained", look for another reason.

Exit codes: 0 all agree or are explained, 1 some are not, or lines could not be read, 2 usage.`;

export function reconcileCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('reconcile')
    .description("what the profiler measured beside Slurm's accounting of the same tasks")
    .argument('<records...>', 'folders, files of records, map accounts, patterns; - is stdin')
    .requiredOption('--sacct <job or file>', 'id of the job, or a saved output of sacct -P', parseSource);
  return addFormatFlags(command, formatNames(EXPORTERS.reconciliation))
    .option('--tolerance <percent>', 'largest difference that is agreement', numberWithin(0, 100, 'of per cent'), 5)
    .option(
      '--interval <s>',
      "seconds between Slurm's samples; 0 if it only samples at the end",
      wholeNumberFrom(0, 'of seconds'),
    )
    .addOption(new Option('--gather <plugin>', 'how Slurm gathers').choices(['linux', 'cgroup']))
    .addOption(fullFlag())
    .addHelpText('after', HELP)
    .action(async (records: string[], flags: ReconcileFlags) => finish(await reconcile(records, flags)));
}

async function reconcile(operands: readonly string[], flags: ReconcileFlags): Promise<number> {
  // Read first, because it takes no time: a wrong file is reported before gigabytes of records are read.
  const output = readSacct(flags.sacct);
  const profiled = await readProfiled(operands);
  const tasks = sacctTasks(output.rows);
  const gathering = gatheringOf(flags);
  const options = { gathering, tolerancePercent: flags.tolerance };
  const result: Reconciliation = {
    tasks: [...tasks.values()].map((task) => reconcileTask(task, profiled.tasks.get(task.task), options)),
    waiting: countWaiting(output.waiting, tasks),
    gathering,
    tolerancePercent: flags.tolerance,
  };
  for (const line of output.malformed) say(`${flags.sacct}: ${line}, left out`);
  const isWhole = sayNotTaken(profiled.outcome) && output.malformed.length === 0;
  sayLeftOut(profiled, tasks);

  const { stdout } = process;
  stdout.write(exporterNamed(EXPORTERS.reconciliation, flags.format).render(result, layoutOf(stdout, flags)));
  return isWhole && verdicts(result.tasks).unexplained === 0 ? EXIT_DONE : EXIT_FAILED;
}

function gatheringOf({ sacct, interval, gather }: ReconcileFlags): Gathering {
  const asked = isJob(sacct) ? askGathering() : { intervalS: null, plugin: null, params: null };
  return { ...asked, intervalS: interval ?? asked.intervalS, plugin: gather ?? asked.plugin };
}

function sayLeftOut({ tasks, outcome }: Profiled, known: ReadonlyMap<string, unknown>): void {
  const others = tasks.besides(known);
  const left = [
    ...(others.records > 0 ? [`${counted(others.records, 'record')} of other jobs`] : []),
    ...(others.runs > 0 ? [`${counted(others.runs, 'map account')} of other jobs`] : []),
    ...(tasks.recordsOutside > 0 ? [`${counted(tasks.recordsOutside, 'record')} made outside of Slurm`] : []),
    ...(tasks.runsOutside > 0 ? [`${counted(tasks.runsOutside, 'map account')} made outside of Slurm`] : []),
    ...(outcome.unprofiled > 0 ? [`${counted(outcome.unprofiled, 'record')} without a profile`] : []),
  ];
  if (left.length > 0) say(`left out: ${left.join(', ')}`);
}

function parseSource(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It has to be the id of a job or a file.');
}
