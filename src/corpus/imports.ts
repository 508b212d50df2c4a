import { spawnSync } from 'node:child_process';
import { SetupError, systemReason } from '../model/setup-error.js';

/** Flags of node by which a process loads these modules before all others. */
export function importFlags(modules: readonly string[]): string[] {
  return modules.flatMap((module) => ['--import', module]);
}

/**
 * Loads the modules in a process of its own. A worker would end without a message of one line, after it has printed the
 * stack of an error to what the pipeline prints.
 *
 * @throws {SetupError} naming the first module that cannot be loaded, and why
 */
export function checkImports(modules: readonly string[]): void {
  if (modules.length === 0 || faultOf(modules) === undefined) return;
  for (const [index, module] of modules.entries()) {
    // One may need those before it.
    const fault = faultOf(modules.slice(0, index + 1));
    if (fault !== undefined) throw new SetupError(`--import ${module}: cannot be loaded, ${fault}`);
  }
}

function faultOf(modules: readonly string[]): string | undefined {
  // A module may keep its process alive.
  const args = [...process.execArgv, ...importFlags(modules), '--eval', 'process.exit()'];
  const { status, signal, stderr, error } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    // A loader may warn without end.
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (status === 0) return undefined;
  if (error !== undefined) return systemReason(error);
  // The message of the error that ended it, if there was one.
  return /^\w*Error(?: \[\w+\])?: .*$/m.exec(stderr)?.[0] ?? `its process ended with ${signal ?? status}`;
}
