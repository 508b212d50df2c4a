import type { SourcePositions } from '../stacks/source-positions.js';
import type { V8Node } from '../stacks/v8-profile.js';
import { baseName } from '../text/base-name.js';

/** What the inspector hands over: https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/. */
export interface SamplingHeapProfile {
  readonly head: HeapNode;
}

export interface HeapNode {
  readonly callFrame: V8Node['callFrame'];
  /** Bytes that are still there of what the function itself has allocated. */
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

/** A function of a program, and what is still there of what it has allocated on the JS heap since the sampling began. */
export interface JsAllocation {
  /** The function, and right of it those that called it. */
  readonly stack: string;
  readonly thread: string;
  readonly kib: number;
}

const MOST_CALLERS = 2;

/** The largest first. */
export function jsAllocations(
  profiles: readonly { readonly thread: string; readonly profile: SamplingHeapProfile }[],
  sources: SourcePositions,
): JsAllocation[] {
  const bytes = new Map<string, { thread: string; stack: string; bytes: number }>();
  for (const { thread, profile } of profiles) {
    visit(profile.head, [], (path, size) => {
      const stack = path
        .slice(0, 1 + MOST_CALLERS)
        .map((frame) => textOf(frame, sources))
        .join(' < ');
      const key = `${thread}\0${stack}`;
      const found = bytes.get(key) ?? { thread, stack, bytes: 0 };
      bytes.set(key, { ...found, bytes: found.bytes + size });
    });
  }
  return Array.from(bytes.values(), ({ stack, thread, bytes: size }) => ({ stack, thread, kib: size / 1024 })).toSorted(
    (a, b) => b.kib - a.kib,
  );
}

type CallFrame = V8Node['callFrame'];

/** @param callers innermost first */
function visit(node: HeapNode, callers: readonly CallFrame[], use: (path: CallFrame[], bytes: number) => void): void {
  const { callFrame, selfSize, children } = node;
  const isRoot = callFrame.functionName === '(root)';
  const path = isRoot ? [] : [callFrame, ...callers];
  if (selfSize > 0) use(path.length === 0 ? [callFrame] : path, selfSize);
  for (const child of children) visit(child, path, use);
}

/** What V8 itself allocates has a name in parentheses, and no place. */
function textOf({ functionName, url, lineNumber, columnNumber }: CallFrame, sources: SourcePositions): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const { file, line } = sources.original(url, lineNumber + 1, columnNumber + 1);
  return `${name} ${baseName(file)}:${line}`;
}
