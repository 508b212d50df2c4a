import type { ExitStatus } from '../os/exit-status.js';
import { inline, size } from '../text/format.js';
import type { Failure, FailureKind, LastMemory } from './failure.js';
import type { LastMoments } from './last-moments.js';
import { type AbortReason, EXIT_OWN_ERROR, OWN_ERROR_LINE } from './worker-messages.js';

/** How the process of a running input ended. */
export interface ProcessEnding {
  readonly status: ExitStatus;
  /** Why the parent has ended it; null where the parent has not. */
  readonly aborted: { readonly reason: AbortReason; readonly message: string } | null;
  /** Whether the parent has ended it because it had closed the channel between them. */
  readonly isCutOff: boolean;
  /** Null where nothing was profiled, or it ended before its recorder was made. */
  readonly moments: LastMoments | null;
  /** Memory seen from outside, for the case that there is no recorder; null where the parent has not looked yet. */
  readonly memory: LastMemory | null;
  /** How many processes its control group killed for memory while it ran; null where the group does not tell. */
  readonly oomKills: number | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** What V8 prints before it ends the process, about its heap or about its zones, in which it parses and compiles. */
const V8_LIMIT = /^.*(?:(?:heap|process|JavaScript) out of memory|Reached heap limit).*$/m;
/** What libstdc++ prints about a failed `new` that nobody caught. */
const BAD_ALLOC = /^.*std::bad_alloc.*$/m;

/** Pure: the failure of an input whose process has ended while it ran. */
export function failureOfEnding(ending: ProcessEnding): Failure {
  const { status, moments, stderr } = ending;
  const { kind, what, advice = '' } = causeOf(ending);
  const last = moments?.last ?? ending.memory;
  const evidence = [...(moments?.killedBy.evidence ?? []), ...killEvidence(ending)];
  return {
    kind,
    message: `${what}${circumstances(moments, last)}${advice}`,
    ...(status.signal === null ? {} : { signal: status.signal }),
    ...(status.code === null ? {} : { exit_code: status.code }),
    ...(kind === 'out-of-memory' && evidence.length > 0 ? { evidence } : {}),
    ...(moments === null ? {} : { open: moments.open }),
    ...(last === null ? {} : { last }),
    ...(stderr === '' ? {} : { stderr }),
  };
}

interface Cause {
  readonly kind: FailureKind;
  readonly what: string;
  readonly advice?: string;
}

function causeOf({ status, aborted, isCutOff, moments, oomKills, stderr }: ProcessEnding): Cause {
  if (aborted !== null) {
    return { kind: aborted.reason === 'timeout' ? 'timeout' : 'unfinished', what: aborted.message };
  }
  if (isCutOff) {
    return {
      kind: 'exit',
      what: 'its process was ended, as it had closed the channel to stageprof',
      advice: ': a pipeline must close no file descriptors but its own',
    };
  }
  const { signal, code } = status;
  // A log may have the same texts: they are the reason only after an abort, or where newer V8 crashes on purpose.
  const isAborted = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL';
  const ownLimit = isAborted ? (V8_LIMIT.exec(stderr) ?? BAD_ALLOC.exec(stderr)) : null;
  if (ownLimit !== null) return { kind: 'out-of-memory', what: `its process was aborted, ${ownLimit[0].trim()},` };
  if (code === EXIT_OWN_ERROR && stderr.split('\n').includes(OWN_ERROR_LINE)) {
    return { kind: 'exit', what: 'stageprof itself failed in its process', advice: ': what it said is in "stderr"' };
  }
  if (signal === null) {
    return {
      kind: 'exit',
      what: endOf(status),
      advice: ': a pipeline must not call process.exit() or process.disconnect()',
    };
  }
  if (isKilledForMemory(status, oomKills) || moments?.killedBy.likely === 'out of memory') {
    return { kind: 'out-of-memory', what: `its process was killed by ${signal}, likely for memory,` };
  }
  return { kind: 'signal', what: endOf(status) };
}

function isKilledForMemory({ signal }: ExitStatus, oomKills: number | null): oomKills is number {
  return signal === 'SIGKILL' && oomKills !== null && oomKills > 0;
}

/** What the parent has seen of a kill for memory, where the recorder does not tell of it, or there is none. */
function killEvidence({ status, moments, oomKills }: ProcessEnding): string[] {
  if (moments?.killedBy.likely === 'out of memory' || !isKilledForMemory(status, oomKills)) return [];
  return [`its cgroup has killed ${oomKills} for memory while the input ran`];
}

/** `its process was ended by SIGSEGV` */
export function endOf({ signal, code }: ExitStatus): string {
  return signal === null ? `its process ended with exit code ${code}` : `its process was ended by ${signal}`;
}

/** ` in extract.inflate, resident 231 MiB` */
function circumstances(moments: LastMoments | null, last: LastMemory | null): string {
  const innermost = moments?.open.at(-1);
  const where = innermost === undefined ? '' : ` in ${innermost.stage}`;
  const rssKib = last?.rss_kb ?? null;
  return rssKib === null ? where : `${where}, resident ${inline(size(rssKib))}`;
}
