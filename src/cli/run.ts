import { Command, InvalidArgumentError } from 'commander';
import { resolveOptions, type StageProfilerOptions } from '../model/options.js';
import { systemReason } from '../model/setup-error.js';
import type { StageCost } from '../model/stage-cost.js';
import { missingAddon } from '../native/binding.js';
import { EXIT_CANNOT_EXECUTE, EXIT_NOT_FOUND, exitCodeOf } from '../os/exit-status.js';
import { childEnvironment, PRELOAD } from '../preload/child-environment.js';
import { obstacleOf } from '../preload/obstacles.js';
import { inspectProgram, type ProgramFile, thisFinder } from '../preload/program-file.js';
import { chooseTracker } from '../preload/tracker-choice.js';
import { stageCostOf } from '../profiler/calibration.js';
import { StageProfiler } from '../profiler/stage-profiler.js';
import { gatherReports } from '../run/gathered-reports.js';
import { leaveReport } from '../run/leave-report.js';
import { PASSED_SIGNALS, PassedSignals } from '../run/passed-signals.js';
import { PrivateFolder } from '../run/private-folder.js';
import { ProcessWatch } from '../run/process-watch.js';
import { runProgram } from '../run/program.js';
import { ReportFile } from '../run/report-file.js';
import { say } from '../terminal/say.js';
import { listed } from '../text/format.js';
import { type MeasuringFlags, measuringFlags, measuringOptions } from './profiler-flags.js';
import { printRun } from './run-result.js';

interface RunFlags extends MeasuringFlags {
  readonly out?: string;
  readonly modules: boolean;
  readonly threads?: true;
}

const HELP = `
The program is not changed: stages are those it opens through activeProfiler() of stageprof, in itself and in
the node processes it starts. Its stdin, stdout and stderr are those of this command; the table, and the wall
time, CPU and peak memory by the accounts of the OS and of the profiler, follow on stderr when it has ended.

Passed on are ${listed(PASSED_SIGNALS)}.
What a key of the terminal (Ctrl-C) has sent to both is not sent again.

Exit codes: the program's own, 128+n when signal n ended it, 126 when it cannot be executed, 127 when it is not
found; 2 usage.`;

export function runCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('run')
    .description('run a node program with its stages profiled and its native allocations counted')
    .usage('[options] -- <program> [args...]')
    .argument('<program>', 'the program, mostly node')
    .argument('[args...]', 'its arguments, as they are')
    .passThroughOptions()
    .option('--out <file>', 'also write the report there, as one line of JSON', parseOut)
    .option('--no-modules', 'do not charge native allocations to modules')
    .option('--threads', 'also report CPU by group of threads: JS, V8, the pool of libuv, those of addons');
  for (const option of measuringFlags()) command.addOption(option);
  return command
    .addHelpText('after', HELP)
    .action(async (program: string, args: string[], flags: RunFlags) => finish(await run(program, args, flags)));
}

/** What is wrong with the command line is found before the program is started. */
async function run(program: string, args: readonly string[], flags: RunFlags): Promise<number> {
  const out = flags.out === undefined ? undefined : new ReportFile(flags.out);
  const file = inspectProgram(program, thisFinder(process.env));
  if (file.state === 'not found' || file.state === 'not executable') {
    say(`${program}: ${file.state === 'not found' ? 'not found' : 'cannot be executed'}, ${file.reason}`);
    return file.state === 'not found' ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  }
  // From here on no signal ends this process: it would leave the folder, and the program without its parent.
  const signals = new PassedSignals();
  const folder = new PrivateFolder();
  if (folder.remark !== null) say(folder.remark);
  try {
    return await runWith(signals, folder, { program, args, flags, file, out });
  } finally {
    folder.remove();
    signals.close();
  }
}

interface Plan {
  readonly program: string;
  readonly args: readonly string[];
  readonly flags: RunFlags;
  readonly file: ProgramFile;
  readonly out: ReportFile | undefined;
}

async function runWith(signals: PassedSignals, folder: PrivateFolder, plan: Plan): Promise<number> {
  const { program, args, flags, file, out } = plan;
  const { tracker, remark } = chooseTracker(program, file);
  const loaded = tracker === null ? [PRELOAD] : [PRELOAD, tracker];
  const obstacle = obstacleOf(program, args, { env: process.env, folder: folder.path, loaded });
  if (remark !== null) say(remark);
  const env =
    obstacle?.isHarmful === true
      ? process.env
      : childEnvironment(process.env, {
          tracker,
          modules: flags.modules,
          run: { folders: folder.paths, runPid: process.pid, profiler: profilerOf(flags) },
        });

  const watch = new ProcessWatch();
  const end = await runProgram(program, args, env, signals, watch);
  if (!end.started) {
    say(`${program}: cannot be executed, ${systemReason(end.error)}`);
    return end.exitCode;
  }
  const exitCode = exitCodeOf(end.status);
  if (end.status.signal !== null) say(`${program}: ended by ${end.status.signal}, exit code ${exitCode}`);
  const gathered = gatherReports(folder.paths, end.pid, costOf(flags), {
    program: {
      pid: end.pid,
      command: [program, ...args].join(' '),
      startMs: end.startMs,
      wallS: end.wallS,
      exit: end.status.signal ?? end.status.code,
    },
    seen: watch.seen(),
    forgotten: watch.forgotten,
  });
  printRun(gathered, {
    wallS: end.wallS,
    os: end.os,
    osMissing: missingAddon(),
    program: gathered.program,
    merged: gathered.report,
    lost: gathered.lost,
    launchers: gathered.launchers,
    resetsPeak: flags.rssPeak === 'reset',
    noReport: obstacle?.reason ?? null,
  });
  // The exit code stays the program's: what it did is done.
  if (out !== undefined) leaveReport(out, gathered.report, { free: folder.remove, say });
  return exitCode;
}

/** Measured here, when the program has ended: in the program it would take its time. */
function costOf(flags: RunFlags): StageCost {
  const { sampler } = resolveOptions(profilerOf(flags));
  return stageCostOf(sampler, (options) => new StageProfiler(options));
}

function profilerOf({ threads, ...flags }: RunFlags): StageProfilerOptions {
  return { ...measuringOptions(flags), ...(threads === undefined ? {} : { threads }) };
}

function parseOut(path: string): string {
  if (path === '') throw new InvalidArgumentError('It has to name a file.');
  if (path === '-') throw new InvalidArgumentError('It has to name a file: stdout is the output of the program.');
  return path;
}
