import { accessSync, closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { readElfLoader } from '../os/elf-loader.js';
import { stripsTypes, typeScriptRemedy } from './typescript.js';

/** The program of a command line, as far as it decides whether the tracker can be preloaded. */
export type ProgramFile =
  | { readonly state: 'not found'; readonly reason: string }
  | { readonly state: 'not executable'; readonly reason: string }
  | { readonly state: 'trackable' }
  /** It runs without the tracker; programs that it starts may have the tracker. */
  | { readonly state: 'ignores preloads'; readonly reason: string }
  /** With the tracker preloaded it would print an error or not start. */
  | { readonly state: 'other loader'; readonly reason: string };

export interface Finder {
  /** PATH of the program. */
  readonly searchPath: string | undefined;
  readonly uid: number;
  readonly gid: number;
  /** The loader of this node, for which the tracker is built. */
  readonly ownLoader: string | null;
}

/** What execvp of glibc uses where PATH is not set. */
const DEFAULT_SEARCH_PATH = '/bin:/usr/bin';

/** How many scripts whose interpreter is a script the kernel follows. */
const DEEPEST_SCRIPT = 4;

export function thisFinder(env: NodeJS.ProcessEnv): Finder {
  return {
    searchPath: env.PATH,
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    ownLoader: readElfLoader(process.execPath)?.loader ?? null,
  };
}

/** Looks a program up as `execvp` does, and inspects the file that would be executed. */
export function inspectProgram(program: string, finder: Finder): ProgramFile {
  const found = lookUp(program, finder.searchPath);
  if (!('state' in found)) return inspectFile(found.path, finder, 0);
  return isModule(program) ? { state: 'not executable', reason: moduleReason(program) } : found;
}

/** Whether a name that cannot be executed is that of a file for node. */
function isModule(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function moduleReason(path: string): string {
  if (!/tsx?$/.test(path) || stripsTypes()) return `it is a module: stageprof run -- node ${path}`;
  return `it is a module, and ${typeScriptRemedy(`use stageprof run -- node --import tsx ${path}`)}`;
}

function lookUp(program: string, searchPath = DEFAULT_SEARCH_PATH): ProgramFile | { readonly path: string } {
  if (program === '') return { state: 'not found', reason: 'an empty name is no program' };
  if (program.includes('/')) {
    return executionFault(program, 'it') ?? { path: program };
  }
  let refused: ProgramFile | undefined;
  for (const folder of searchPath.split(':')) {
    // An empty entry is the working directory.
    const path = resolve(folder, program);
    const fault = executionFault(path);
    if (fault === undefined) return { path };
    if (fault.state === 'not executable') refused ??= fault;
  }
  return refused ?? { state: 'not found', reason: 'no such program in PATH' };
}

/** @param name what the message calls it, where the path has been named already */
function executionFault(path: string, name = path): ProgramFile | undefined {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return { state: 'not executable', reason: `no permission to look at ${name}` };
    return { state: 'not found', reason: 'no such file' };
  }
  if (stats.isDirectory()) return { state: 'not executable', reason: `${name} is a folder` };
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return { state: 'not executable', reason: `no permission to execute ${name}, it may need chmod +x` };
  }
}

function inspectFile(path: string, finder: Finder, depth: number): ProgramFile {
  const interpreter = interpreterOf(path);
  // The kernel ignores setuid on scripts: the file of the interpreter counts.
  if (interpreter !== undefined) {
    const fault = executionFault(interpreter);
    if (fault !== undefined) {
      const reason = 'reason' in fault ? fault.reason : '';
      return { state: 'not executable', reason: `its interpreter ${interpreter} cannot be executed: ${reason}` };
    }
    return depth < DEEPEST_SCRIPT ? inspectFile(interpreter, finder, depth + 1) : { state: 'trackable' };
  }
  return secureFault(path, finder) ?? loaderFault(path, finder) ?? { state: 'trackable' };
}

/** The interpreter of a script; undefined for other files. */
function interpreterOf(path: string): string | undefined {
  const bytes = Buffer.alloc(256);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // The file may be executed but not read.
    return undefined;
  }
  return /^#![ \t]*([^ \t\n\0]+)/.exec(bytes.toString('utf8'))?.[1];
}

/** The loader ignores LD_PRELOAD where the program gets other rights than the user who starts it. */
function secureFault(path: string, { uid, gid }: Finder): ProgramFile | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if ((stats.mode & 0o4000) !== 0 && stats.uid !== uid) {
    return { state: 'ignores preloads', reason: `${path} is setuid` };
  }
  // Without the group's right to execute, the bit means mandatory locking.
  if ((stats.mode & 0o2010) === 0o2010 && stats.gid !== gid) {
    return { state: 'ignores preloads', reason: `${path} is setgid` };
  }
  return undefined;
}

function loaderFault(path: string, { ownLoader }: Finder): ProgramFile | undefined {
  const elf = readElfLoader(path);
  if (elf === undefined) return undefined;
  if (elf.loader === null) return { state: 'ignores preloads', reason: `${path} is statically linked` };
  if (ownLoader === null || loadsTracker(basename(elf.loader), basename(ownLoader))) return undefined;
  return {
    state: 'other loader',
    reason: `${path} runs on ${basename(elf.loader)}, the tracker on ${basename(ownLoader)}`,
  };
}

/**
 * Loaders are compared by name: the same one may have several paths. That of musl takes a library that is linked with glibc
 * for one that is linked with musl. The other way round it would not start.
 */
function loadsTracker(loader: string, own: string): boolean {
  const processor = (name: string) => /^ld-(?:linux|musl)-(.+)\.so\.\d$/.exec(name)?.[1]?.replace('-', '_');
  const isMusls = loader.startsWith('ld-musl-') && processor(loader) === processor(own);
  return loader === own || isMusls;
}
