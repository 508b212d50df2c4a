import type { FrameInput } from './frame.js';
import type { SourcePositions } from './source-positions.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';
import type { V8Node, V8Profile } from './v8-profile.js';

/** What V8 shows under the root besides functions. */
const STATES = new Set(['(program)', '(garbage collector)', '(idle)']);
export const IDLE = '(idle)';

/** The function that asks V8 for the next profile. */
export const ROTATE_NAME = 'stageprofRotate';

/**
 * All functions of Node-API share one address, and V8 names them by the last one that was defined
 * (github.com/nodejs/node/issues/59976). Only what Node's own JS calls is surely no such function, unless that JS calls
 * whatever function it is given.
 */
const NATIVE_NAME = '(native)';
const CALLS_ANYTHING =
  /^node:(?:events|async_hooks|timers|diagnostics_channel|internal\/(?:timers|process|util|modules|async_hooks|event_target|streams|worker|webstreams|promise|per_context|test_runner|assert))/;

/** A stack of V8 for each node of a profile. */
export interface NodeStacks {
  /** Whether the thread had nothing to do. */
  isIdle(node: number): boolean;
  /** Whether the profiler itself was running. V8 takes a sample whenever a profile begins. */
  isOwn(node: number): boolean;
  /** @param line where its innermost function executes; 0 if that is not known */
  stack(node: number, line: number): number;
  /** The lines of a node, one for each sample that has met it, as far as V8 tells them. */
  lines(node: number): readonly number[];
}

/**
 * Enters the nodes of a profile into the tables.
 *
 * Used by the sampling thread only.
 */
export function stacksOf({ nodes }: V8Profile, profile: StackProfile, sources: SourcePositions): NodeStacks {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, V8Node>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const stacks = new Map<number, number>();

  const frameAt = (node: V8Node, line: number): FrameInput => {
    const { functionName, scriptId, url, lineNumber, columnNumber } = node.callFrame;
    const parent = parents.get(node.id);
    if (STATES.has(functionName) && url === '') return { kind: 'vm', name: functionName };
    if (url === '' && Number(scriptId) === 0) {
      const caller = parent?.callFrame.url ?? '';
      const isKnown = caller.startsWith('node:') && !CALLS_ANYTHING.test(caller);
      return { kind: 'native', name: isKnown ? functionName : NATIVE_NAME };
    }
    const name = functionName === '' ? '(anonymous)' : functionName;
    const start = { line: lineNumber + 1, column: columnNumber + 1 };
    const at = sources.original(url, start.line, start.column);
    const executed = line === 0 ? at : sources.original(url, line, line === start.line ? start.column : 0);
    return { kind: 'js', name, file: at.file, startLine: at.line, line: executed.line, column: 0 };
  };

  /** Without the line that executes, which callers do not have. */
  const callerStack = (node: V8Node | undefined): number => {
    if (node === undefined) return NO_STACK;
    const known = stacks.get(node.id);
    if (known !== undefined) return known;
    const stack = enter(node, 0);
    stacks.set(node.id, stack);
    return stack;
  };
  const enter = (node: V8Node, line: number): number => {
    const parent = parents.get(node.id);
    if (parent === undefined) return NO_STACK;
    return profile.stacks.intern(callerStack(parent), profile.frames.intern(frameAt(node, line)));
  };
  return {
    isIdle: (id) => byId.get(id)?.callFrame.functionName === IDLE && parents.get(id) === nodes[0],
    isOwn: (id) => {
      for (let at = byId.get(id); at !== undefined; at = parents.get(at.id)) {
        if (at.callFrame.functionName === ROTATE_NAME) return true;
      }
      return false;
    },
    stack: (id, line) => {
      const node = byId.get(id);
      if (node === undefined) return NO_STACK;
      return line === 0 ? callerStack(node) : enter(node, line);
    },
    lines: (id) => (byId.get(id)?.positionTicks ?? []).flatMap(({ line, ticks }) => Array(ticks).fill(line)),
  };
}
