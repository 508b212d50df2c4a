import { basename, existsSync, extname, pathToFileURL, resolve, statSync } from '../host/files.js';
import { Error, Promise, Set, String, SyntaxError } from '../host/intrinsics.js';
import { addProcessListener, removeProcessListener } from '../host/process.js';
import { setImmediate } from '../host/tasks.js';
import type { Profiler } from '../model/profiler.js';
import { SetupError } from '../model/setup-error.js';
import { typeScriptRemedy } from '../preload/typescript.js';
import { failureOf } from './failure.js';

/** What a pipeline is given together with its input. */
export interface PipelineContext {
  /** The `nullProfiler` where nothing is profiled. */
  readonly profiler: Profiler;
  /** Aborted when the run is told to stop, or the input has had its time. Reject then: the result is not taken. */
  readonly signal: AbortSignal;
}

export type PipelineFunction = (input: string, context: PipelineContext) => unknown;

/** The base name of the module without its extension. It is part of the file name of each record. */
export function pipelineName(path: string): string {
  return basename(path, extname(path));
}

/** @throws {SetupError} where there is no such file */
export function checkPipeline(path: string): void {
  if (!existsSync(path)) throw new SetupError(`${path}: there is no such pipeline module`);
  if (statSync(path).isDirectory()) {
    throw new SetupError(`${path}: is a folder, give the pipeline module in it`);
  }
}

/** @throws {SetupError} naming the module and why it does not load */
export async function loadPipeline(path: string): Promise<PipelineFunction> {
  const run = defaultFunction(await importModule(path, resolve(path)));
  if (run === undefined) {
    throw new SetupError(
      `${path}: has no default function, write: export default async (input, { profiler, signal }) => record`,
    );
  }
  return run;
}

async function importModule(path: string, absolutePath: string): Promise<{ default?: unknown }> {
  // An await at the top level that nothing can settle would end the process without a message.
  let onIdle = (): void => {};
  // The module may also throw or reject outside of its own promise.
  let onUncaught = (_: unknown): void => {};
  const broken = new Promise<never>((_, reject) => {
    onIdle = () => reject(new Error('an await at its top level never settles'));
    onUncaught = reject;
    addProcessListener('beforeExit', onIdle);
    addProcessListener('uncaughtException', onUncaught);
  });
  try {
    return await Promise.race([importAndTurn(absolutePath), broken]);
  } catch (error) {
    if (isTypeScriptUnread(error)) throw new SetupError(typeScriptHint(path));
    const { name, message } = failureOf('exception', error);
    // Further lines of the message of a failed import may have a proposal.
    const reason = `${name === undefined ? '' : `${name}: `}${message.replace(/\s*\n\s*/g, ' ')}`;
    throw new SetupError(`${path}: the pipeline module does not load, ${reason}${moduleHint(path, error)}`);
  } finally {
    removeProcessListener('beforeExit', onIdle);
    removeProcessListener('uncaughtException', onUncaught);
  }
}

/** Node 20, and 22 before 22.18, take no TypeScript. Later ones take none that must be transformed, such as an enum. */
const TYPESCRIPT_CODES: ReadonlySet<unknown> = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]);

/** Whether the pipeline, or a module that it imports, has TypeScript that this Node does not take. */
function isTypeScriptUnread(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (!TYPESCRIPT_CODES.has(code)) return false;
  return code !== 'ERR_UNKNOWN_FILE_EXTENSION' || /"\.[mc]?tsx?"/.test(String(message));
}

function typeScriptHint(path: string): string {
  return `${path}: the pipeline module does not load, ${typeScriptRemedy('add --import tsx')}`;
}

/** What V8 says of a module that Node takes for CommonJS, as it does where package.json says nothing or `commonjs`. */
const MODULE_SYNTAX = /^(?:Cannot use import statement outside a module|Unexpected token 'export')/;

/** Empty unless the path leaves open what kind of module it is; what it imports may have the same error then. */
function moduleHint(path: string, error: unknown): string {
  const [, language] = /\.([jt])s$/.exec(path) ?? [];
  if (language === undefined || !(error instanceof SyntaxError) || !MODULE_SYNTAX.test(error.message)) return '';
  return `: Node takes it for CommonJS, name it .m${language}s or set "type": "module" in package.json`;
}

/** Waits for one turn of the event loop more: a rejection that nobody handles comes up after its module is loaded. */
async function importAndTurn(absolutePath: string): Promise<{ default?: unknown }> {
  const module = await import(pathToFileURL(absolutePath).href);
  await new Promise(setImmediate);
  return module;
}

/** In CommonJS that was compiled from `export default`, the function is one level further down. */
function defaultFunction(module: { default?: unknown }): PipelineFunction | undefined {
  const exported = module.default as { default?: unknown } | null | undefined;
  for (const candidate of [exported, exported?.default]) {
    if (typeof candidate === 'function') return candidate as PipelineFunction;
  }
  return undefined;
}
