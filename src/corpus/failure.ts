import { Error, Number, String } from '../host/intrinsics.js';
import { inspect } from '../host/process.js';
import type { OpenStageState } from '../recorder/postmortem.js';
import type { LiveStack } from '../render/allocation-notes.js';
import type { OutlivedStage } from '../render/outlived-table.js';

/**
 * Why an input has no result:
 * `exception` the pipeline threw or its promise rejected;
 * `record` it returned something that is not a record;
 * `unsettled` its promise is pending and nothing is left that could settle it;
 * `uncaught` an error that nobody caught, raised while the input ran;
 * `signal` its process was ended by a signal: a crash of native code, an abort, a kill;
 * `out-of-memory` its process was ended for the memory it took, by the kernel or by V8;
 * `exit` its process ended itself;
 * `timeout` it took longer than it was given;
 * `unfinished` it was still running when the run was told to stop, or to say how far it is.
 */
export type FailureKind =
  | 'exception'
  | 'record'
  | 'unsettled'
  | 'uncaught'
  | 'signal'
  | 'out-of-memory'
  | 'exit'
  | 'timeout'
  | 'unfinished';

/** The `error` member of a failed input's record. */
export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** The class of a thrown Error, then its code and where it was made. */
  readonly name?: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: string;
  /** How its process ended. */
  readonly signal?: NodeJS.Signals;
  readonly exit_code?: number;
  /** One text for each piece of evidence that its memory was the reason. */
  readonly evidence?: readonly string[];
  /** Stages that were open, outermost first; absent where nothing was profiled. */
  readonly open?: readonly OpenStageState[];
  readonly last?: LastMemory;
  /** What held the most native memory of its process, the heaviest first; absent without native stacks. */
  readonly live_stacks?: readonly LiveStack[];
  /** Which of that was still there when stages were opened, by the stage in which it was allocated; absent likewise. */
  readonly outlived?: readonly OutlivedStage[];
  /** The end of what its process wrote to stderr while it ran. */
  readonly stderr?: string;
}

/** The last that is known of the memory of a process, in KiB; null where not measured. */
export interface LastMemory {
  readonly rss_kb: number | null;
  readonly rss_kb_peak: number | null;
  readonly native_kb: number | null;
  readonly rss_kb_per_s: number | null;
}

/** Longest text of a failure, in UTF-16 units: a record stays readable whatever a library puts into its errors. */
const LONGEST_TEXT = 64 * 1024;

/** A failure from a thrown value of any kind. */
export function failureOf(kind: FailureKind, thrown: unknown): Failure {
  try {
    if (!(thrown instanceof Error)) return { kind, message: capped(described(thrown)) };
    const { code } = thrown as NodeJS.ErrnoException;
    return {
      kind,
      message: capped(String(thrown.message) || String(thrown.name)),
      name: capped(String(thrown.name)),
      ...(typeof code === 'string' ? { code: capped(code) } : {}),
      ...(typeof code === 'number' ? { code } : {}),
      ...(typeof thrown.stack === 'string' ? { stack: capped(thrown.stack) } : {}),
      ...(thrown.cause === undefined ? {} : { cause: capped(described(thrown.cause)) }),
    };
  } catch {
    // Members of a thrown object may be getters that throw in turn.
    return { kind, message: 'threw a value that cannot be read' };
  }
}

/** The middle gives way to `…`: a stack begins with the message and ends with where it was made. */
function capped(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const half = LONGEST_TEXT / 2;
  return `${text.slice(0, half)}…${text.slice(1 - half)}`;
}

/** A thrown value in one line. */
function described(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'string' && value !== '') return value;
  return `threw ${inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 })}`;
}
