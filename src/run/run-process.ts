import type { Report } from '../model/report.js';

/** What was seen of a process from outside, at the last look. */
export interface SeenProcess {
  readonly pid: number;
  readonly parentPid: number | null;
  /** Its arguments; null where there are none, as in a process of the kernel. */
  readonly command: string | null;
  /** Milliseconds since 1970. A process that executes another program keeps its id and its start. */
  readonly startMs: number;
  /** From its start to the last look. */
  readonly wallS: number;
  readonly cpuS: number | null;
  readonly rssKib: number | null;
  readonly peakRssKib: number | null;
}

/** A process of a run. */
export interface RunProcess {
  readonly pid: number;
  /** Null where it is not known. */
  readonly parentPid: number | null;
  readonly command: string | null;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** Exit code or name of the signal; null where neither is known. */
  readonly exit: number | string | null;
  /** Null for a process that is only known from outside. */
  readonly report: Report | null;
  readonly seen: SeenProcess | null;
}

/** What a process tells about itself. */
export type ReportingProcess = Pick<RunProcess, 'pid' | 'parentPid' | 'command' | 'startMs'> & {
  readonly report: Report;
};

/** The program itself, which `run` knows more about than can be seen. */
export interface StartedProgram {
  readonly pid: number;
  readonly command: string;
  readonly startMs: number;
  readonly wallS: number;
  readonly exit: number | string | null;
}

/** How far the clocks of two sources may be apart for the same start. */
export const CLOCKS_MS = 1000;

/**
 * The processes of a run, each once, in the order in which they started: those that left a report, those that were
 * seen, and the program, which is always known. Ids are reused, so that a process is told by its id and its start.
 */
export function runProcesses(
  reporting: readonly ReportingProcess[],
  seen: readonly SeenProcess[],
  program: StartedProgram | null,
): RunProcess[] {
  const own = program && (sameProcess(seen, program) ?? seenAs(program));
  const looks = own === null || seen.includes(own) ? seen : [own, ...seen];
  const paired = new Map<SeenProcess, ReportingProcess>();
  const unseen: RunProcess[] = [];
  for (const process of reporting) {
    const look = sameProcess(looks, process);
    // Where one process executed two programs, one after the other, the second is listed by itself.
    if (look === undefined || paired.has(look)) unseen.push({ ...process, exit: null, seen: null });
    else paired.set(look, process);
  }
  const known = looks.map((look): RunProcess => {
    const process = paired.get(look);
    const isProgram = program !== null && look === own;
    return {
      pid: look.pid,
      parentPid: process?.parentPid ?? look.parentPid,
      command: process?.command ?? look.command ?? (isProgram ? program.command : null),
      startMs: Math.min(look.startMs, process?.startMs ?? look.startMs),
      exit: isProgram ? program.exit : null,
      report: process?.report ?? null,
      seen: isProgram ? { ...look, wallS: program.wallS } : look,
    };
  });
  return [...known, ...unseen].sort((a, b) => a.startMs - b.startMs || a.pid - b.pid);
}

/** The last process with this id that had started by then. */
function sameProcess(
  looks: readonly SeenProcess[],
  { pid, startMs }: { readonly pid: number; readonly startMs: number },
): SeenProcess | undefined {
  const started = looks.filter((look) => look.pid === pid && look.startMs <= startMs + CLOCKS_MS);
  return started.reduce<SeenProcess | undefined>(
    (latest, look) => (latest === undefined || look.startMs > latest.startMs ? look : latest),
    undefined,
  );
}

/** Stands for a program that could not be seen. */
function seenAs({ pid, startMs, wallS, command }: StartedProgram): SeenProcess {
  return { pid, parentPid: null, command, startMs, wallS, cpuS: null, rssKib: null, peakRssKib: null };
}
