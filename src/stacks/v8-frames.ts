import { type FrameInput, OWN_NAME } from './frame.js';
import type { SourcePositions } from './source-positions.js';
import type { StackProfile } from './stack-profile.js';
import type { V8Node } from './v8-profile.js';

type CallFrame = V8Node['callFrame'];

/** What V8 shows under the root besides functions. */
const STATES = new Set(['(program)', '(garbage collector)', '(idle)']);

/**
 * All functions of Node-API share one address, and V8 names them by the last one that was defined
 * (github.com/nodejs/node/issues/59976). Only what Node's own JS calls is surely no such function, unless that JS calls
 * whatever function it is given.
 */
const NATIVE_NAME = '(native)';
const CALLS_ANYTHING =
  /^node:(?:events|async_hooks|timers|diagnostics_channel|internal\/(?:timers|process|util|modules|async_hooks|event_target|streams|worker|webstreams|promise|per_context|test_runner|assert))/;

/** Of the package. V8 has the URLs of modules, and the paths of CommonJS. */
const OWN_FOLDER = new URL('..', import.meta.url);

/** Whether a script is of this package. */
export function isOwnScript(url: string): boolean {
  return url.startsWith(OWN_FOLDER.href) || url.startsWith(OWN_FOLDER.pathname);
}

/** What V8 knows no name of. */
export const ANONYMOUS_NAME = '(anonymous)';

/** A program that compiles new scripts for ever has ever new frames. */
const MOST_KEPT = 2 ** 15;

/**
 * The frames of one thread by where V8 says that they are. V8 hands over each stack anew with each profile, so most frames
 * were seen before.
 *
 * Used by the sampling thread only.
 */
export class V8Frames {
  private readonly ids = new Map<string, number>();

  constructor(
    readonly profile: StackProfile,
    private readonly sources: SourcePositions,
  ) {}

  /** Whether a frame is of the profiler itself. */
  isOwn({ url }: CallFrame): boolean {
    return isOwnScript(url);
  }

  /** One frame for all code of the profiler itself. */
  ownId(): number {
    return this.profile.frames.intern({ kind: 'vm', name: OWN_NAME });
  }

  /**
   * The id of a frame in the profile.
   *
   * @param callerUrl the script of its caller; empty if that has none
   * @param line where it executes; 0 if that is not known
   */
  idOf(callFrame: CallFrame, callerUrl: string, line: number): number {
    const { functionName, scriptId, lineNumber, columnNumber } = callFrame;
    const isNative = isNativeFrame(callFrame);
    const key = isNative
      ? `${isNodes(callerUrl) ? functionName : ''}\0`
      : `${scriptId}:${lineNumber}:${columnNumber}:${line}:${functionName}`;
    let id = this.ids.get(key);
    if (id === undefined) {
      if (this.ids.size >= MOST_KEPT) this.ids.clear();
      id = this.profile.frames.intern(isNative ? native(functionName, callerUrl) : this.scripted(callFrame, line));
      this.ids.set(key, id);
    }
    return id;
  }

  private scripted({ functionName, url, lineNumber, columnNumber }: CallFrame, line: number): FrameInput {
    if (STATES.has(functionName) && url === '') return { kind: 'vm', name: functionName };
    const name = functionName === '' ? ANONYMOUS_NAME : functionName;
    const start = { line: lineNumber + 1, column: columnNumber + 1 };
    const at = this.sources.original(url, start.line, start.column);
    const executed = line === 0 ? at : this.sources.original(url, line, line === start.line ? start.column : 0);
    return { kind: 'js', name, file: at.file, startLine: at.line, line: executed.line, column: 0 };
  }
}

function isNativeFrame({ functionName, scriptId, url }: CallFrame): boolean {
  return url === '' && scriptId === '0' && !STATES.has(functionName);
}

function native(functionName: string, callerUrl: string): FrameInput {
  return { kind: 'native', name: isNodes(callerUrl) ? functionName : NATIVE_NAME };
}

/** Whether only Node's own functions can be called from a script. */
function isNodes(url: string): boolean {
  return url.startsWith('node:') && !CALLS_ANYTHING.test(url);
}
