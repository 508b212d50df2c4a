import { LOOK_EVERY_S, WRITTEN_EVERY_S } from '../records/map-account.js';
import { shownAmount } from '../render/reconciled-amounts.js';
import type { MapRunAccount } from './read-map-account.js';
import { type Evidence, longestS, NODE_S, type Reason, type Rule, SHELL_S } from './reason-rule.js';
import { samplesApartS } from './reconciled.js';
import { isShell } from './steps.js';
import { outlived } from './time-reasons.js';

/** Memory of the shell of a batch script: measured 3.2 MiB. */
const SHELL_KIB = 4 * 1024;
/** Resident set of the process of `stageprof map` itself, which runs no input: measured 55 to 90 MiB. */
const MAP_KIB = 128 * 1024;
/** Pages of the binary and libraries that node processes share: measured 45 to 60 MiB resident. */
const SHARED_KIB = 64 * 1024;

/** In the order in which they are named, as `TIME_RULES`. */
export const MEMORY_RULES: readonly Rule[] = [
  { what: 'rss peak', higher: 'sacct', reason: mapItself },
  { what: 'rss peak', higher: 'sacct', reason: shellMemory },
  { what: 'rss peak', higher: 'sacct', reason: spikeMissedByProfiler },
  { what: 'rss peak', higher: 'sacct', reason: afterProfilersSample },
  { what: 'rss peak', higher: 'sacct', reason: otherProcesses },
  { what: 'rss peak', higher: 'sacct', reason: pageCache },
  { what: 'rss peak', higher: 'profiler', reason: outlivedMemory },
  { what: 'rss peak', higher: 'profiler', reason: spikeMissedBySlurm },
  { what: 'rss peak', higher: 'profiler', reason: afterLastSample },
  { what: 'rss peak', higher: 'profiler', reason: sharedPages },
];

function outlivedMemory(evidence: Evidence): Reason | undefined {
  const reason = outlived(evidence);
  return reason && { ...reason, atMost: Number.POSITIVE_INFINITY };
}

function mapItself({ profiled: { runs } }: Evidence): Reason | undefined {
  return runs.length > 0
    ? undefined
    : { atMost: MAP_KIB + SHELL_KIB, text: 'stageprof map itself, beside the process that works on inputs' };
}

function shellMemory({ steps }: Evidence): Reason | undefined {
  return steps.some(isShell) ? { atMost: SHELL_KIB, text: 'the shell of the batch script' } : undefined;
}

/** The profiler samples the sum of its processes, but the kernel keeps the peak of each. */
function spikeMissedByProfiler({ profiled: { runs, inside } }: Evidence): Reason | undefined {
  // The peak of a worker is known from the last sample of it: its records may have a higher one.
  const ofWorkerKib = (run: MapRunAccount) => Math.max(run.workerPeakKib ?? 0, inside.peakKib ?? 0);
  const bounds = runs.map((run) => {
    const { ownPeakKib, treePeakKib } = run;
    if (ownPeakKib === null || treePeakKib === null || ofWorkerKib(run) === 0) return 0;
    // At least so many workers ran at once.
    const workers = Math.max(1, Math.ceil((treePeakKib - ownPeakKib) / ofWorkerKib(run)));
    return ownPeakKib + workers * ofWorkerKib(run) - treePeakKib;
  });
  const highestKib = Math.max(0, ...runs.map(ofWorkerKib));
  return {
    atMost: Math.max(0, ...bounds),
    text: `a spike between the profiler's samples of the sum, one a second: one worker alone had ${shownAmount('rss peak', highestKib)}`,
  };
}

/** The profiler has not seen what came after its own last sample. The bound is that of `afterLastSample`. */
function afterProfilersSample({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  if (runs.length === 0) return undefined;
  const wallS = Math.max(...runs.map((run) => run.wallS));
  const sacctKib = Math.max(0, ...steps.map(({ maxRssKib }) => maxRssKib ?? 0));
  const isHeardToEnd = runs.every(({ endedMs }) => endedMs !== null);
  const text = isHeardToEnd
    ? `growth after the profiler's last sample: it took ${shownAmount('wall', wallS)}, samples are one a second`
    : `killed: growth after its last account, written every ${WRITTEN_EVERY_S} s`;
  return { atMost: shareAfterLast(isHeardToEnd ? LOOK_EVERY_S : WRITTEN_EVERY_S, wallS) * sacctKib, text };
}

/** CPU of the step that stageprof did not use was used by other processes, which have memory too. */
function otherProcesses({ profiled: { runs, inside }, cpu: { sacctS, profilerS } }: Evidence): Reason | undefined {
  if (runs.length === 0 || sacctS === null || profilerS === null) return undefined;
  const besidesS = sacctS - profilerS - SHELL_S;
  if (besidesS > 0.05 * profilerS) {
    return {
      atMost: Number.POSITIVE_INFINITY,
      text: `other processes of the step, which used ${shownAmount('cpu', besidesS)} of CPU`,
    };
  }
  if (inside.cpuS === null) return undefined;
  const started = runs.reduce((sum, { workersStarted }) => sum + workersStarted + 1, 0);
  const ofChildrenS = profilerS - inside.cpuS - started * NODE_S;
  if (ofChildrenS <= 0.05 * profilerS) return undefined;
  const text = `children of the pipeline: ${shownAmount('cpu', ofChildrenS)} of CPU were outside of the processes of inputs`;
  return { atMost: Number.POSITIVE_INFINITY, text };
}

function pageCache({ gathering }: Evidence): Reason | undefined {
  if (gathering.plugin !== 'cgroup') return undefined;
  return {
    atMost: Number.POSITIVE_INFINITY,
    text: 'jobacct_gather/cgroup counts page cache and kernel memory too, which are in no resident set',
  };
}

function spikeMissedBySlurm({ gathering, steps, profiled: { inside } }: Evidence): Reason | undefined {
  const { peakKib, levelAfterPeakKib } = inside;
  if (peakKib === null || levelAfterPeakKib === null) return undefined;
  const intervalS = samplesApartS(gathering, longestS(steps));
  const goneKib = peakKib - levelAfterPeakKib;
  return {
    atMost: goneKib,
    text: `a spike between Slurm's samples, ${shownAmount('wall', intervalS)} apart: ${shownAmount('rss peak', goneKib)} of the peak did not stay`,
  };
}

/** Slurm has not seen what came after its last sample. The bound is for memory that grows evenly. */
function afterLastSample({ gathering, steps, profiled: { runs, inside }, peakKib }: Evidence): Reason | undefined {
  const elapsedS = longestS(steps);
  if (peakKib === null) return undefined;
  const intervalS = samplesApartS(gathering, elapsedS);
  const tookS = runs.length === 0 ? elapsedS : Math.max(...runs.map(({ wallS }) => wallS));
  // Memory grows while inputs run: most of a short step is the start of node before them.
  const grewS = Math.min(tookS, inside.wallS ?? tookS);
  return {
    atMost: shareAfterLast(intervalS, grewS) * peakKib,
    text: `growth after Slurm's last sample: inputs were at work for ${shownAmount('wall', grewS)}, samples are ${shownAmount('wall', intervalS)} apart`,
  };
}

/** The share of an even growth after the last sample. With two samples or fewer, all of it may be. */
function shareAfterLast(intervalS: number, wholeS: number): number {
  return wholeS <= 2 * intervalS ? 1 : intervalS / wholeS;
}

function sharedPages({ gathering, profiled: { runs } }: Evidence): Reason | undefined {
  const counted =
    gathering.plugin === 'cgroup'
      ? 'jobacct_gather/cgroup counts shared pages once, or not at all'
      : /UsePss|NoShared/i.test(gathering.params ?? '')
        ? `Slurm counts shared pages in parts (${gathering.params})`
        : undefined;
  if (counted === undefined) return undefined;
  const processes = runs.reduce((sum, { workersStarted }) => sum + workersStarted + 1, 0);
  return { atMost: Math.max(1, processes) * SHARED_KIB, text: counted };
}
