import { namesIn, textIn } from './read-if-possible.js';

/** A thread of a process, seen from outside. */
export interface OutsideThread {
  readonly id: number;
  readonly name: string;
  /** CPU time since it began. */
  readonly cpuNs: number;
}

const NS_PER_TICK = 1e9 / 100;

/** The threads of a process; none where it has ended. A thread that ends meanwhile is left out. */
export function readProcessThreads(pid: number): OutsideThread[] {
  return namesIn(`/proc/${pid}/task`).flatMap((task) => {
    const folder = `/proc/${pid}/task/${task}`;
    const name = textIn(`${folder}/comm`)?.trimEnd();
    const cpuNs = cpuOf(folder);
    return name === undefined || cpuNs === null ? [] : [{ id: Number(task), name, cpuNs }];
  });
}

/** By the scheduler's own count. Where the kernel has none, in ticks of 10 ms. */
function cpuOf(folder: string): number | null {
  const exact = Number(textIn(`${folder}/schedstat`)?.split(' ')[0] || Number.NaN);
  if (!Number.isNaN(exact)) return exact;
  const text = textIn(`${folder}/stat`);
  if (text === undefined) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * NS_PER_TICK;
}
