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
  /** Whether this is the profiler's own code, or what it calls that is not the program's. */
  readonly isOwn: boolean;
  /** Whether the next profile was begun. V8 takes a sample then, which is none of the program's. */
  readonly isRotation: boolean;
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
export function stackAt(entered: EnteredNode, line: number, frames: V8Frames): number {
  const { node, stack, prefix, callerUrl, isOwn } = entered;
  if (line === 0 || stack === NO_STACK || isOwn) return stack;
  return frames.profile.stacks.intern(prefix, frames.idOf(node.callFrame, callerUrl, line));
}

function rootOf(node: V8Node): EnteredNode {
  return { node, stack: NO_STACK, prefix: NO_STACK, callerUrl: '', isIdle: false, isOwn: false, isRotation: false };
}

function enter(node: V8Node, caller: EnteredNode, isOutermost: boolean, frames: V8Frames): EnteredNode {
  const { callFrame } = node;
  const isRotation = caller.isRotation || callFrame.functionName === ROTATE_NAME;
  const isOwn = frames.isOwn(callFrame) || (caller.isOwn && isOfEngine(callFrame.url));
  const callerUrl = caller.node.callFrame.url;
  const prefix = caller.stack;
  const isIdle = isOutermost && callFrame.functionName === IDLE;
  const entered = { node, prefix, callerUrl, isIdle, isOwn, isRotation };
  // However many functions of the profiler call each other, they are one frame.
  if (isRotation || (isOwn && caller.isOwn)) return { ...entered, stack: prefix };
  const frame = isOwn ? frames.ownId() : frames.idOf(callFrame, callerUrl, 0);
  return { ...entered, stack: frames.profile.stacks.intern(prefix, frame) };
}

/** Native code, and what Node has in itself. */
function isOfEngine(url: string): boolean {
  return url === '' || url.startsWith('node:');
}
