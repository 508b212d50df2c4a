import { CLOCKS_MS, type RunProcess } from './run-process.js';

/**
 * Tells which process started which. The first process stands for a parent that is not known or has ended unseen: it
 * has started all others, directly or not.
 */
export class ProcessTree {
  /** @param processes in the order in which they started */
  readonly #processes: readonly RunProcess[];
  readonly #parents = new Map<RunProcess, RunProcess>();

  constructor(processes: readonly RunProcess[]) {
    this.#processes = processes;
    const [first] = processes;
    const ofPid = grouped(processes, ({ pid }) => pid);
    for (const process of processes) {
      if (process === first) continue;
      const candidates = process.parentPid === null ? [] : (ofPid.get(process.parentPid) ?? []);
      const parent = parentAmong(candidates, process) ?? first!;
      this.#parents.set(process, parent);
    }
  }

  /** The parent, and all above it up to the first process. */
  ancestorsOf(process: RunProcess): RunProcess[] {
    const ancestors = new Set<RunProcess>();
    let parent = this.#parents.get(process);
    // If clocks disagree there may be a circle.
    while (parent !== undefined && parent !== process && !ancestors.has(parent)) {
      ancestors.add(parent);
      parent = this.#parents.get(parent);
    }
    return [...ancestors];
  }

  /** The first started of those that have none of the others above them. */
  rootOf(some: ReadonlySet<RunProcess>): RunProcess | undefined {
    return this.#processes.find(
      (process) => some.has(process) && !this.ancestorsOf(process).some((ancestor) => some.has(ancestor)),
    );
  }

  /** Each process after its parent, and before those that its parent started later. */
  inOrder(): RunProcess[] {
    const children = grouped(this.#processes, (process) => this.#parents.get(process));
    const ordered = new Set<RunProcess>();
    const waiting = (children.get(undefined) ?? []).toReversed();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (ordered.has(next)) continue;
      ordered.add(next);
      waiting.push(...(children.get(next) ?? []).toReversed());
    }
    return [...ordered, ...this.#processes.filter((process) => !ordered.has(process))];
  }
}

/** The last process with the id of the parent that had started before the child. */
function parentAmong(candidates: readonly RunProcess[], process: RunProcess): RunProcess | undefined {
  const others = candidates.filter((other) => other !== process);
  return (
    others.findLast(({ startMs }) => startMs <= process.startMs) ??
    others.find(({ startMs }) => startMs <= process.startMs + CLOCKS_MS)
  );
}

function grouped<K>(processes: readonly RunProcess[], keyOf: (process: RunProcess) => K): Map<K, RunProcess[]> {
  const groups = new Map<K, RunProcess[]>();
  for (const process of processes) {
    const key = keyOf(process);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [process]);
    else group.push(process);
  }
  return groups;
}
