import { expect, test } from 'vitest';
import type { LastMoments } from '../../src/corpus/last-moments.js';
import { endOf, failureOfEnding, type ProcessEnding } from '../../src/corpus/process-ending.js';
import { OWN_ERROR_LINE } from '../../src/corpus/worker-messages.js';

const MEMORY = { rss_kb: 2048, rss_kb_peak: 4096, native_kb: null, rss_kb_per_s: null };
const OPEN = [
  { stage: 'extract', for_s: 2, rss_kb_delta: 0 },
  { stage: 'extract.inflate', for_s: 1, rss_kb_delta: 0 },
];

function ending(given: Partial<ProcessEnding>): ProcessEnding {
  const status = { code: null, signal: null };
  return { status, aborted: null, isCutOff: false, moments: null, memory: null, oomKills: null, stderr: '', ...given };
}

function momentsOf(likely: 'out of memory' | null = null, evidence: string[] = []): LastMoments {
  const profile = {} as LastMoments['profile'];
  const last = { rss_kb: 1024, rss_kb_peak: 1024, native_kb: 512, rss_kb_per_s: 9 };
  return { profile, open: OPEN, last, killedBy: { signal: null, likely, evidence } };
}

const byCode = (code: number) => ({ status: { code, signal: null } });
const bySignal = (signal: NodeJS.Signals) => ({ status: { code: null, signal } });

const HEAP =
  '<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: at';
const INEFFECTIVE =
  'FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory';
const ZONE = '#\n# Fatal process out of memory: Zone\n#\n';
const BAD_ALLOC = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc";
const RUNNER = new URL('../../src/corpus/input-runner.js', import.meta.url);
/** Whatever a pipeline throws was called by stageprof. */
const PIPELINE_STACK = `Error: no\n    at work (file:///data/corpus/a.js:1:1)\n    at InputRunner.run (${RUNNER}:140:1)`;
const TIMEOUT = { reason: 'timeout', message: 'took longer than 1 s' } as const;
const STOPPED = { reason: 'stopped', message: 'was stopped by SIGTERM' } as const;

const cases: [name: string, given: Partial<ProcessEnding>, kind: string, message: string][] = [
  ['a crash', bySignal('SIGSEGV'), 'signal', 'its process was ended by SIGSEGV'],
  ['an abort', bySignal('SIGABRT'), 'signal', 'its process was ended by SIGABRT'],
  ['a kill', bySignal('SIGKILL'), 'signal', 'its process was ended by SIGKILL'],
  ['a kill where its group has killed none', { ...bySignal('SIGKILL'), oomKills: 0 }, 'signal', 'ended by SIGKILL'],
  [
    'an exit',
    byCode(3),
    'exit',
    'its process ended with exit code 3: a pipeline must not call process.exit() or process.disconnect()',
  ],
  [
    'an exit with code 0',
    byCode(0),
    'exit',
    'exit code 0: a pipeline must not call process.exit() or process.disconnect()',
  ],
  [
    'the heap limit',
    { ...bySignal('SIGABRT'), stderr: HEAP },
    'out-of-memory',
    'aborted, FATAL ERROR: Reached heap limit',
  ],
  ['vain collections', { ...bySignal('SIGABRT'), stderr: INEFFECTIVE }, 'out-of-memory', 'Ineffective mark-compacts'],
  ["the limit of V8's zones", { ...bySignal('SIGTRAP'), stderr: ZONE }, 'out-of-memory', 'Fatal process out of memory'],
  [
    'a failed new',
    { ...bySignal('SIGABRT'), stderr: BAD_ALLOC },
    'out-of-memory',
    "aborted, terminate called after throwing an instance of 'std::bad_alloc',",
  ],
  ['a log of another heap limit', { ...bySignal('SIGSEGV'), stderr: HEAP }, 'signal', 'ended by SIGSEGV'],
  ['an exit after a log of one', { ...byCode(1), stderr: HEAP }, 'exit', 'exit code 1'],
  [
    'a kill by the kernel',
    { ...bySignal('SIGKILL'), oomKills: 1 },
    'out-of-memory',
    'killed by SIGKILL, likely for memory',
  ],
  ['a crash beside a kill for memory', { ...bySignal('SIGSEGV'), oomKills: 1 }, 'signal', 'ended by SIGSEGV'],
  [
    'a kill near the limit',
    { ...bySignal('SIGKILL'), moments: momentsOf('out of memory') },
    'out-of-memory',
    'likely for memory',
  ],
  ['a timeout', { ...bySignal('SIGKILL'), aborted: TIMEOUT, oomKills: 1 }, 'timeout', 'took longer than 1 s'],
  ['a stop', { ...bySignal('SIGKILL'), aborted: STOPPED }, 'unfinished', 'was stopped by SIGTERM'],
  [
    'a stop that a crash came before',
    { ...bySignal('SIGSEGV'), aborted: STOPPED },
    'unfinished',
    'was stopped by SIGTERM',
  ],
  [
    "stageprof's own failure",
    { ...byCode(70), stderr: `Error: no\n${OWN_ERROR_LINE}\n` },
    'exit',
    'stageprof itself failed in its process: what it said is in "stderr"',
  ],
  [
    'code 70 of a pipeline',
    { ...byCode(70), stderr: PIPELINE_STACK },
    'exit',
    'must not call process.exit() or process.disconnect()',
  ],
];

test.each(cases)('%s', (_, given, kind, message) => {
  const failure = failureOfEnding(ending(given));
  expect(failure.kind).toBe(kind);
  expect(failure.message).toContain(message);
});

test('says from the recorder in which stage it was, and with which memory', () => {
  const failure = failureOfEnding(ending({ ...bySignal('SIGSEGV'), moments: momentsOf(), memory: MEMORY }));
  expect(failure).toEqual({
    kind: 'signal',
    message: 'its process was ended by SIGSEGV in extract.inflate, resident 1.00 MiB',
    signal: 'SIGSEGV',
    open: OPEN,
    last: { rss_kb: 1024, rss_kb_peak: 1024, native_kb: 512, rss_kb_per_s: 9 },
  });
});

test('says which memory was seen from outside where there is no recorder', () => {
  const failure = failureOfEnding(ending({ ...byCode(3), memory: MEMORY, stderr: 'no licence' }));
  expect(failure).toEqual({
    kind: 'exit',
    message:
      'its process ended with exit code 3, resident 2.00 MiB: a pipeline must not call process.exit() or process.disconnect()',
    exit_code: 3,
    last: MEMORY,
    stderr: 'no licence',
  });
});

test('has the evidence of the memory only where the memory is the reason', () => {
  const evidence = ['its cgroup has killed 1 for memory since it started'];
  const killed = failureOfEnding(ending({ ...bySignal('SIGKILL'), moments: momentsOf('out of memory', evidence) }));
  expect(killed.evidence).toEqual(evidence);
  const crashed = failureOfEnding(ending({ ...bySignal('SIGSEGV'), moments: momentsOf(null, evidence) }));
  expect(crashed).not.toHaveProperty('evidence');
});

test.each([
  ['no recorder', null, []],
  [
    'a recorder that does not tell of the kill',
    momentsOf(null, ['last resident set 1 KiB of a limit']),
    ['last resident set 1 KiB of a limit'],
  ],
])('says by %s that a kill of the cgroup is the evidence', (_, moments, before) => {
  const killed = failureOfEnding(ending({ ...bySignal('SIGKILL'), oomKills: 2, moments }));
  expect(killed.evidence).toEqual([...before, 'its cgroup has killed 2 for memory while the input ran']);
  const crashed = failureOfEnding(ending({ ...bySignal('SIGSEGV'), oomKills: 2, moments }));
  expect(crashed).not.toHaveProperty('evidence');
});

test('a kill that the recorder has as evidence is there once', () => {
  const evidence = ['its cgroup has killed 1 for memory since it started'];
  const moments = momentsOf('out of memory', evidence);
  expect(failureOfEnding(ending({ ...bySignal('SIGKILL'), oomKills: 1, moments })).evidence).toEqual(evidence);
});

test('an end by itself has its exit code, and an end by a signal has the name of that', () => {
  expect(endOf({ code: 0, signal: null })).toBe('its process ended with exit code 0');
  expect(endOf({ code: null, signal: 'SIGBUS' })).toBe('its process was ended by SIGBUS');
});
