import { pathToFileURL } from 'node:url';
import type { Frame } from '../stacks/frame.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { type FlameChoice, flameProfile, frameText, VALUE_OF } from './flame-stacks.js';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  hitCount: number;
  readonly children: number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/**
 * A CPU profile of Chrome's DevTools. Each stack comes once, for as long as all of its samples together: what came when is
 * not in a stack profile.
 */
export function cpuprofile(profile: StackProfile, choice: FlameChoice): string {
  const shown = flameProfile(profile, choice);
  const root = nodeOf(1, { ...NOWHERE, functionName: '(root)' });
  const nodes = [root];
  const byStack = new Map<number, ProfileNode>();
  const nodeAt = (stack: number): ProfileNode => {
    if (stack === 0) return root;
    const known = byStack.get(stack);
    if (known !== undefined) return known;
    const parent = nodeAt(shown.stacks.prefix(stack));
    const node = nodeOf(nodes.length + 1, callFrameOf(shown.frames.get(shown.stacks.frame(stack))));
    nodes.push(node);
    parent.children.push(node.id);
    byStack.set(stack, node);
    return node;
  };
  const samples: number[] = [];
  const weights: number[] = [];
  for (let row = 1; row <= shown.rows.length; row++) {
    const node = nodeAt(shown.rows.stack(row));
    node.hitCount += shown.value(row, 'samples');
    samples.push(node.id);
    weights.push(Math.round(shown.value(row, VALUE_OF[choice.type]) / 1000));
  }
  // A sample lasts until the next one. The root ends the last.
  const endTime = weights.reduce((sum, weight) => sum + weight, 0);
  const timeDeltas = [0, ...weights];
  samples.push(root.id);
  return `${JSON.stringify({ nodes, startTime: 0, endTime, samples, timeDeltas })}\n`;
}

const NOWHERE = { scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };

function nodeOf(id: number, callFrame: CallFrame): ProfileNode {
  return { id, callFrame, hitCount: 0, children: [] };
}

function callFrameOf(frame: Frame): CallFrame {
  const { name, file, line, startLine, column } = frame;
  // Viewers put a node of V8's name for this on the stack before it, which here is of another stage.
  if (frame.kind === 'vm') return { ...NOWHERE, functionName: name.replace(/^\((.*)\)$/, '$1') };
  if (file === '') return { ...NOWHERE, functionName: frameText(frame) };
  const url = file.startsWith('/') ? pathToFileURL(file).href : file;
  return { functionName: name, scriptId: '0', url, lineNumber: (line || startLine) - 1, columnNumber: column - 1 };
}
