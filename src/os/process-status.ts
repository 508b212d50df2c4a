import { textIn } from './read-if-possible.js';

/** What /proc/PID/status tells of a process, to every user; see proc_pid_status(5). */
export interface ProcessStatus {
  /** One letter: `T` is stopped by a signal, `t` by a debugger. */
  readonly state: string;
  /** The real user. */
  readonly user: number;
  /** The process that traces this one, as a debugger or strace does; 0 for none. */
  readonly tracer: number;
  /** Its id in its own namespace of ids, which differs from the one here in a container. */
  readonly innerPid: number;
  readonly rssKib: number | null;
  readonly peakRssKib: number | null;
  readonly anonymousKib: number | null;
  readonly filesKib: number | null;
  readonly sharedKib: number | null;
  readonly swapKib: number | null;
  /** Bit N - 1 for the signal N: those that the process has a handler for. */
  readonly caught: bigint;
}

/** Null where there is no such process, and for one that has ended and was not waited for. */
export function readProcessStatus(pid: number): ProcessStatus | null {
  const text = textIn(`/proc/${pid}/status`);
  const state = field(text, 'State')?.[0];
  if (text === undefined || state === undefined || state === 'Z' || state === 'X') return null;
  const kib = (name: string): number | null => {
    const digits = /^(\d+) kB$/.exec(field(text, name) ?? '')?.[1];
    return digits === undefined ? null : Number(digits);
  };
  return {
    state,
    user: Number(field(text, 'Uid')?.split(/\s+/)[0] ?? Number.NaN),
    tracer: Number(field(text, 'TracerPid') ?? 0),
    innerPid: Number(field(text, 'NStgid')?.split(/\s+/).at(-1) ?? pid),
    rssKib: kib('VmRSS'),
    peakRssKib: kib('VmHWM'),
    anonymousKib: kib('RssAnon'),
    filesKib: kib('RssFile'),
    sharedKib: kib('RssShmem'),
    swapKib: kib('VmSwap'),
    caught: BigInt(`0x${field(text, 'SigCgt') ?? '0'}`),
  };
}

function field(text: string | undefined, name: string): string | undefined {
  return text === undefined ? undefined : new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim();
}
