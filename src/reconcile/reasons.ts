import { LOOK_EVERY_S, WRITTEN_EVERY_S } from '../run-file.js';
import type { ProfiledTask } from './profiled-task.js';
import { type Gathering, type QuantityName, samplesApartS, shownAmount } from './reconciled.js';
import type { RunFile } from './run-file.js';
import type { SacctRow } from './sacct-rows.js';
import { isKilled } from './sacct-tasks.js';
import { isBegunIn, isShell, lastWordMs, outlivedMs, WHOLE_SECOND_MS } from './steps.js';

/** All that the reasons for a difference are read from. */
export interface Evidence {
  readonly state: string;
  readonly steps: readonly SacctRow[];
  readonly profiled: ProfiledTask;
  readonly gathering: Gathering;
  /** Of the task; null where a side has none. */
  readonly cpu: { readonly sacctS: number | null; readonly profilerS: number | null };
  /** Of the profiler. */
  readonly peakKib: number | null;
}

/** Something that makes one account higher than the other, and by how much at most, from the numbers at hand. */
export interface Reason {
  readonly atMost: number;
  readonly text: string;
}

interface Rule {
  readonly what: QuantityName;
  /** The account that it makes the higher one. */
  readonly higher: 'sacct' | 'profiler' | 'either';
  /** Undefined where there is no sign of it. */
  readonly reason: (evidence: Evidence) => Reason | undefined;
}

/** Of the shell of a batch script: measured 5 to 12 ms and 3.2 MiB. */
const SHELL_S = 0.05;
const SHELL_KIB = 4 * 1024;
/** What a node process of stageprof takes to start and end, inputs aside: measured 0.2 to 0.4 s of CPU. */
export const NODE_S = 0.6;
const NODE_WALL_S = 3;
/** Resident set of `stageprof map` itself, which works on no input: measured 55 to 90 MiB. */
const MAP_KIB = 128 * 1024;
/** Pages of its binary and libraries that node processes share: measured 45 to 60 MiB resident. */
const SHARED_KIB = 64 * 1024;

/** In the order in which they are named. What each is told from is in docs/slurm.md. */
const RULES: readonly Rule[] = [
  { what: 'wall', higher: 'either', reason: wholeSeconds },
  { what: 'wall', higher: 'sacct', reason: beforeAndAfter },
  { what: 'wall', higher: 'sacct', reason: outsideOfInputsWall },
  { what: 'wall', higher: 'profiler', reason: outlived },
  { what: 'cpu', higher: 'sacct', reason: afterLastWord },
  { what: 'cpu', higher: 'sacct', reason: shellCpu },
  { what: 'cpu', higher: 'sacct', reason: outsideOfInputsCpu },
  { what: 'cpu', higher: 'profiler', reason: outlivedCpu },
  { what: 'cpu', higher: 'profiler', reason: unwaited },
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

/**
 * The reasons that a difference can have, as many as it takes to cover it.
 *
 * @param difference sacct less profiler
 * @returns `covers` false where all of them together do not
 */
export function reasonsFor(
  what: QuantityName,
  difference: number,
  evidence: Evidence,
): { readonly covers: boolean; readonly texts: readonly string[] } {
  const higher = difference > 0 ? 'sacct' : 'profiler';
  const reasons = RULES.filter((rule) => rule.what === what && (rule.higher === 'either' || rule.higher === higher))
    .map((rule) => rule.reason(evidence))
    .filter((reason) => reason !== undefined && reason.atMost > 0) as Reason[];
  // One that is enough alone is the likeliest; else those that can be of most, as many as it takes.
  const alone = reasons.find(({ atMost }) => atMost >= Math.abs(difference));
  if (alone !== undefined) return { covers: true, texts: [alone.text] };
  const texts: string[] = [];
  let together = 0;
  for (const { atMost, text } of reasons.sort((one, other) => other.atMost - one.atMost)) {
    if (together >= Math.abs(difference)) break;
    together += atMost;
    texts.push(text);
  }
  return { covers: together >= Math.abs(difference), texts };
}

function wholeSeconds({ steps }: Evidence): Reason {
  return { atMost: steps.length * (WHOLE_SECOND_MS / 1000), text: 'sacct counts whole seconds' };
}

function beforeAndAfter({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  let beforeS = 0;
  let afterS = 0;
  for (const step of steps) {
    const inside = runs.filter((run) => isBegunIn(step, run) === true);
    if (inside.length === 0 || step.startMs === null || step.endMs === null) return undefined;
    beforeS += Math.max(0, (Math.min(...inside.map(({ startedMs }) => startedMs)) - step.startMs) / 1000);
    afterS += Math.max(0, (step.endMs - Math.max(...inside.map(lastWordMs))) / 1000);
  }
  const gaps = [
    ...(beforeS >= 0.05 ? [`${shownAmount('wall', beforeS)} before stageprof started`] : []),
    ...(afterS >= 0.05 ? [`${shownAmount('wall', afterS)} ${afterWhat(runs)}`] : []),
  ];
  // Each end of the step is known to a second.
  return { atMost: beforeS + afterS + 1, text: gaps.join(' and ') || 'sacct counts whole seconds' };
}

function afterWhat(runs: ProfiledTask['runs']): string {
  return runs.some(({ endedMs }) => endedMs === null) ? 'after its last word, killed' : 'after it ended';
}

function outsideOfInputsWall({ profiled }: Evidence): Reason | undefined {
  if (profiled.runs.length > 0) return undefined;
  const processes = profiled.inside.processes + 1;
  return { atMost: NODE_WALL_S * processes, text: `start and end of ${processes} node processes, outside of inputs` };
}

/** CPU of a run that was killed between two of its words. */
function afterLastWord({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  const killed = runs.filter(({ endedMs }) => endedMs === null);
  if (killed.length === 0) return undefined;
  const atMost = killed.reduce((sum, run) => {
    const step = steps.find((each) => isBegunIn(each, run) === true);
    const unheardS = step === undefined ? WRITTEN_EVERY_S : Math.max(0, (step.endMs! - run.updatedMs) / 1000);
    return sum + cpuInS(run.cpuS, run.wallS, unheardS + WHOLE_SECOND_MS / 1000);
  }, 0);
  return { atMost, text: `killed: the profiler has no more than its last word, written every ${WRITTEN_EVERY_S} s` };
}

function shellCpu({ steps }: Evidence): Reason | undefined {
  const shells = steps.filter(isShell).length;
  return shells === 0 ? undefined : { atMost: SHELL_S * shells, text: 'the shell of the batch script' };
}

function outsideOfInputsCpu({ profiled }: Evidence): Reason | undefined {
  if (profiled.runs.length > 0) return undefined;
  const processes = profiled.inside.processes + 1;
  return { atMost: NODE_S * processes, text: `start and end of ${processes} node processes, outside of inputs` };
}

/** Under proctrack/linuxproc what the shell of a batch script has started lives on when the shell is ended. */
function outlived({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  const beyondS = runs.reduce((sum, run) => sum + outlivedMs(steps, run), 0) / 1000;
  if (beyondS === 0) return undefined;
  return {
    atMost: beyondS + WHOLE_SECOND_MS / 1000,
    text: `outlived its step by ${shownAmount('wall', beyondS)}, whose shell was ended first: start it with exec or srun`,
  };
}

function outlivedCpu(evidence: Evidence): Reason | undefined {
  const reason = outlived(evidence);
  return reason && { ...reason, atMost: reason.atMost * cpusOf(evidence) + lastSampleS(evidence) };
}

function outlivedMemory(evidence: Evidence): Reason | undefined {
  const reason = outlived(evidence);
  return reason && { ...reason, atMost: Number.POSITIVE_INFINITY };
}

/** Of processes that nobody waited for Slurm has what its last sample had. */
function unwaited(evidence: Evidence): Reason | undefined {
  const { state, steps, gathering } = evidence;
  if (!isKilled({ state }) && !steps.some(isKilled)) return undefined;
  const apart = shownAmount('wall', samplesApartS(gathering, longestS(steps)));
  return {
    atMost: lastSampleS(evidence),
    text: `killed: of processes that nobody waited for sacct has its last sample, samples are ${apart} apart`,
  };
}

/** CPU that Slurm's last sample may lack. On a busy node it comes up to an interval late: measured. */
function lastSampleS(evidence: Evidence): number {
  return 2 * samplesApartS(evidence.gathering, longestS(evidence.steps)) * cpusOf(evidence);
}

function cpusOf({ cpu, profiled: { runs } }: Evidence): number {
  const wallS = runs.reduce((sum, run) => sum + run.wallS, 0);
  return cpuInS(cpu.profilerS, wallS, 1);
}

/** Twice the CPU that it used in as long before, or one CPU: it may just have begun to work hard. */
function cpuInS(cpuS: number | null, wallS: number, seconds: number): number {
  const cpus = cpuS === null || wallS <= 0 ? 1 : cpuS / wallS;
  return Math.max(1, 2 * cpus) * seconds;
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
  // The peak of a worker is that of the last look at it: its records may know of a higher one.
  const ofWorkerKib = (run: RunFile) => Math.max(run.workerPeakKib ?? 0, inside.peakKib ?? 0);
  const bounds = runs.map((run) => {
    const { ownPeakKib, treePeakKib } = run;
    if (ownPeakKib === null || treePeakKib === null || ofWorkerKib(run) === 0) return 0;
    // So many workers at least were there at once.
    const workers = Math.max(1, Math.ceil((treePeakKib - ownPeakKib) / ofWorkerKib(run)));
    return ownPeakKib + workers * ofWorkerKib(run) - treePeakKib;
  });
  const highestKib = Math.max(0, ...runs.map(ofWorkerKib));
  return {
    atMost: Math.max(0, ...bounds),
    text: `a spike between the profiler's samples of the sum, one a second: one worker alone had ${shownAmount('rss peak', highestKib)}`,
  };
}

/** As `afterLastSample`, of the profiler's own samples. */
function afterProfilersSample({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  if (runs.length === 0) return undefined;
  const wallS = Math.max(...runs.map((run) => run.wallS));
  const sacctKib = Math.max(0, ...steps.map(({ maxRssKib }) => maxRssKib ?? 0));
  const isHeardToEnd = runs.every(({ endedMs }) => endedMs !== null);
  const text = isHeardToEnd
    ? `growth after the profiler's last sample: it took ${shownAmount('wall', wallS)}, samples are one a second`
    : `killed: growth after its last word, written every ${WRITTEN_EVERY_S} s`;
  return { atMost: shareAfterLast(isHeardToEnd ? LOOK_EVERY_S : WRITTEN_EVERY_S, wallS) * sacctKib, text };
}

/** CPU in the step that is not of stageprof is of processes that are not, which have memory too. */
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

/** What came after its last sample Slurm has not seen; memory that grows evenly grows by so much in that time. */
function afterLastSample({ gathering, steps, profiled: { runs }, peakKib }: Evidence): Reason | undefined {
  const elapsedS = longestS(steps);
  if (peakKib === null) return undefined;
  const intervalS = samplesApartS(gathering, elapsedS);
  // Most of a short step may be the start of node.
  const tookS = runs.length === 0 ? elapsedS : Math.max(...runs.map(({ wallS }) => wallS));
  return {
    atMost: shareAfterLast(intervalS, tookS) * peakKib,
    text: `growth after Slurm's last sample: it took ${shownAmount('wall', tookS)}, samples are ${shownAmount('wall', intervalS)} apart`,
  };
}

/** Of what grows evenly; with two samples or fewer there may be none after the start. */
function shareAfterLast(intervalS: number, wholeS: number): number {
  return wholeS <= 2 * intervalS ? 1 : intervalS / wholeS;
}

function longestS(steps: readonly SacctRow[]): number {
  return Math.max(0, ...steps.map(({ elapsedS }) => elapsedS));
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
