import type { StageProfilerOptions } from '../model/options.js';
import { systemReason } from '../model/setup-error.js';
import { loadBinding, missingAddon } from '../native/load-addon.js';
import { EXIT_CANNOT_EXECUTE, EXIT_NOT_FOUND, exitCodeOf } from '../os/exit-status.js';
import { childEnvironment, PRELOAD, type Tracking } from '../preload/child-environment.js';
import { obstacleOf } from '../preload/obstacles.js';
import { inspectProgram, type ProgramFile, thisFinder } from '../preload/program-file.js';
import { chooseTracker } from '../preload/tracker-choice.js';
import { type LeftStacks, readLeftStacks, withSampling } from '../stacks/left-stacks.js';
import { withNativeNames } from '../symbols/name-frames.js';
import { say } from '../terminal/say.js';
import type { FinishedRun } from './finished-run.js';
import { type GatheredReports, gatherReports } from './gathered-reports.js';
import { PassedSignals } from './passed-signals.js';
import { PrivateFolder } from './private-folder.js';
import { ProcessWatch } from './process-watch.js';
import { runProgram } from './program.js';
import { sayLeftOut } from './stacks-file.js';
import { ThreadReports } from './thread-reports.js';

export interface RunPlan {
  readonly program: string;
  readonly args: readonly string[];
  /** Options of the profiler of each process. */
  readonly profiler: StageProfilerOptions;
  readonly tracking: Tracking;
}

/** What a program that has ended leaves behind. */
export interface ProfiledRun {
  readonly exitCode: number;
  readonly gathered: GatheredReports;
  /** Null where none were asked for, or no process has left any. */
  readonly stacks: LeftStacks | null;
  /** Whether CPU stacks were asked for. */
  readonly samplesCpu: boolean;
  readonly finished: FinishedRun;
  /** Process id of the program. */
  readonly pid: number;
  /** Why no process could leave a report; null where nothing speaks against it. */
  readonly noReport: string | null;
  /** Frees the room that the run itself takes: all of it is in `gathered`. */
  readonly free: () => void;
}

/**
 * Runs a program with its stages profiled.
 *
 * @param take called when the program has ended, before the room of the run is freed and while signals are held back;
 * not called where it could not be started
 * @returns the exit code of the program
 * @throws {SetupError} before the program is started, where no folder can be made
 */
export async function runProfiled(plan: RunPlan, take: (run: ProfiledRun) => void | Promise<void>): Promise<number> {
  const { program } = plan;
  const file = inspectProgram(program, thisFinder(process.env));
  if (file.state === 'not found' || file.state === 'not executable') {
    say(`${program}: ${file.state === 'not found' ? 'not found' : 'cannot be executed'}, ${file.reason}`);
    return file.state === 'not found' ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
  }
  // From here on no signal may end this process: the folder would stay, and the program would lose its parent.
  const signals = new PassedSignals();
  const folder = new PrivateFolder();
  if (folder.remark !== null) say(folder.remark);
  try {
    return await runIn(folder, signals, { ...plan, file, take });
  } finally {
    folder.remove();
    signals.close();
  }
}

type CheckedPlan = RunPlan & { readonly file: ProgramFile; readonly take: (run: ProfiledRun) => void | Promise<void> };

async function runIn(folder: PrivateFolder, signals: PassedSignals, plan: CheckedPlan): Promise<number> {
  const { program, args, profiler } = plan;
  const { tracker, remark } = chooseTracker(program, plan.file);
  const loaded = tracker === null ? [PRELOAD] : [PRELOAD, tracker];
  const obstacle = obstacleOf(program, args, { env: process.env, folder: folder.path, loaded });
  if (remark !== null) say(remark);
  const addon = loadBinding().path ?? null;
  const run = { folders: folder.paths, runPid: process.pid, profiler, addon };
  const env =
    obstacle?.isHarmful === true ? process.env : childEnvironment(process.env, { tracker, ...plan.tracking, run });

  const watch = new ProcessWatch();
  const threads = new ThreadReports(folder.paths);
  threads.start();
  const end = await runProgram(program, args, env, signals, watch);
  threads.stop();
  if (!end.started) {
    say(`${program}: cannot be executed, ${systemReason(end.error)}`);
    return end.exitCode;
  }
  const exitCode = exitCodeOf(end.status);
  if (end.status.signal !== null) say(`${program}: ended by ${end.status.signal}, exit code ${exitCode}`);
  const stacks = profiler.stacks === undefined ? null : leftStacks(folder.paths);
  const reports = gatherReports(folder.paths, end.pid, {
    program: {
      pid: end.pid,
      command: [program, ...args].join(' '),
      startMs: end.startMs,
      wallS: end.wallS,
      exit: end.status.signal ?? end.status.code,
    },
    seen: watch.seen(),
    forgotten: watch.forgotten,
    threads,
  });
  const gathered = { ...reports, report: withSampling(reports.report, stacks) };
  const finished = {
    wallS: end.wallS,
    os: end.os,
    osMissing: missingAddon(),
    program: gathered.program,
    merged: gathered.report,
    lost: gathered.lost,
    launchers: gathered.launchers,
    resetsPeak: profiler.rssPeak === 'reset',
  };
  await plan.take({
    exitCode,
    gathered,
    stacks,
    samplesCpu: profiler.stacks?.includes('cpu') === true,
    finished,
    pid: end.pid,
    noReport: obstacle?.reason ?? null,
    free: folder.remove,
  });
  return exitCode;
}

/** Null where no process has left any, or where they cannot be read. */
function leftStacks(folders: readonly string[]): LeftStacks | null {
  try {
    const left = readLeftStacks(folders);
    return left === null ? null : { ...left, profile: withNativeNames(left.profile) };
  } catch (error) {
    sayLeftOut(error);
    return null;
  }
}
