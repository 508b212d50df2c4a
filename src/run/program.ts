import { type ChildProcess, spawn } from 'node:child_process';
import { readChildrenUsage } from '../native/children-usage.js';
import { type ExitStatus, exitCodeOfStart } from '../os/exit-status.js';
import type { OsAccounting } from './finished-run.js';
import type { PassedSignals } from './passed-signals.js';
import type { ProcessWatch } from './process-watch.js';

/** How a program ended, or why it did not start. */
export type ProgramEnd =
  | {
      readonly started: true;
      readonly pid: number;
      readonly status: ExitStatus;
      /** Milliseconds since 1970. */
      readonly startMs: number;
      readonly wallS: number;
      readonly os: OsAccounting | null;
    }
  | { readonly started: false; readonly error: NodeJS.ErrnoException; readonly exitCode: number };

/** Runs a program with the stdin, stdout and stderr of this process to its end, whatever happens meanwhile. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signals: PassedSignals,
  watch: ProcessWatch,
): Promise<ProgramEnd> {
  const before = readChildrenUsage();
  const startMs = Date.now();
  const clockMs = performance.now();
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env, stdio: 'inherit' });
  } catch (error) {
    return notStarted(error as NodeJS.ErrnoException);
  }
  // In the kernel ru_maxrss of a child begins at the peak of the process that executed it.
  const floorKib = process.resourceUsage().maxRSS;
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(notStarted(error));
    });
    child.once('exit', (code, signal) => {
      const wallS = (performance.now() - clockMs) / 1000;
      watch.end();
      const after = readChildrenUsage();
      const os =
        before === null || after === null
          ? null
          : { cpuS: (after.cpuNs - before.cpuNs) / 1e9, peakRssKib: after.peakRssBytes / 1024, floorKib };
      resolve({ started: true, pid: child.pid!, status: { code, signal }, startMs, wallS, os });
    });
    if (child.pid === undefined) return;
    signals.attach(child);
    watch.start(child.pid, startMs);
  });
}

function notStarted(error: NodeJS.ErrnoException): ProgramEnd {
  return { started: false, error, exitCode: exitCodeOfStart(error) };
}
