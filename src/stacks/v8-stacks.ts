import { NO_STACK } from './stack-table.js';
import type { V8Frames } from './v8-frames.js';
import type { V8Node, V8Profile } from './v8-profile.js';

const IDLE = '(idle)';

/** The function that asks V8 for the next profile. */
export const ROTATE_NAME = 'stageprofRotate';

/** A node of a profile, whose stack is in the tables. */
export interface EnteredNode {
  readonly node: V8Node;
  readonly stack: number;
  /** The stack of its caller. */
  readonly prefix: number;
  readonly callerUrl: string;
  /** Whether the thread had nothing to do. */
  readonly isIdle: boolean;
  /** Whether the profiler itself was running. V8 takes a sample whenever a profile begins. */
  readonly isOwn: boolean;
}

/**
 * Enters the stacks of a profile into the tables, without the lines that execute: callers do not have them.
 *
 * Used by the sampling thread only.
 *
 * @returns by the id of each node
 */
export function enterStacks({ nodes }: V8Profile, frames: V8Frames): Map<number, EnteredNode> {
  const entered = new Map<number, EnteredNode>();
  const callers = new Map<number, EnteredNode>();
  let root: EnteredNode | undefined;
  // V8 gives a caller before the functions that it has called.
  for (const node of nodes) {
    const caller = callers.get(node.id) ?? root;
    const found = caller === undefined ? rootOf(node) : enter(node, caller, caller === root, frames);
    root ??= found;
    entered.set(node.id, found);
    if (node.children !== undefined) for (const child of node.children) callers.set(child, found);
  }
  return entered;
}

/** The stack of a sample. @param line where its innermost function executes; 0 if that is not known */
export function stackAt({ node, stack, prefix, callerUrl }: EnteredNode, line: number, frames: V8Frames): number {
  if (line === 0 || stack === NO_STACK) return stack;
  return frames.profile.stacks.intern(prefix, frames.idOf(node.callFrame, callerUrl, line));
}

function rootOf(node: V8Node): EnteredNode {
  return { node, stack: NO_STACK, prefix: NO_STACK, callerUrl: '', isIdle: false, isOwn: false };
}

function enter(node: V8Node, caller: EnteredNode, isOutermost: boolean, frames: V8Frames): EnteredNode {
  const { functionName } = node.callFrame;
  const isOwn = caller.isOwn || functionName === ROTATE_NAME;
  const callerUrl = caller.node.callFrame.url;
  const prefix = caller.stack;
  const stack = isOwn ? prefix : frames.profile.stacks.intern(prefix, frames.idOf(node.callFrame, callerUrl, 0));
  return { node, stack, prefix, callerUrl, isIdle: isOutermost && functionName === IDLE, isOwn };
}
