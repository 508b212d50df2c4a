import { WRITTEN_EVERY_S } from '../records/map-account.js';
import { shownAmount } from '../render/reconciled-amounts.js';
import type { ProfiledTask } from './profiled-task.js';
import { type Evidence, longestS, NODE_S, type Reason, type Rule, SHELL_S } from './reason-rule.js';
import { samplesApartS } from './reconciled.js';
import { isKilled } from './sacct-tasks.js';
import { isBegunIn, isShell, lastKnownMs, outlivedMs, WHOLE_SECOND_MS } from './steps.js';

/** Elapsed time of the start and end whose CPU is `NODE_S`. */
const NODE_WALL_S = 3;

/** In the order in which they are named. docs/slurm.md says how each is recognised. */
export const TIME_RULES: readonly Rule[] = [
  { what: 'wall', higher: 'either', reason: wholeSeconds },
  { what: 'wall', higher: 'sacct', reason: beforeAndAfter },
  { what: 'wall', higher: 'sacct', reason: outsideOfInputsWall },
  { what: 'wall', higher: 'profiler', reason: outlived },
  { what: 'cpu', higher: 'sacct', reason: afterLastAccount },
  { what: 'cpu', higher: 'sacct', reason: shellCpu },
  { what: 'cpu', higher: 'sacct', reason: outsideOfInputsCpu },
  { what: 'cpu', higher: 'profiler', reason: outlivedCpu },
  { what: 'cpu', higher: 'profiler', reason: unwaited },
];

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
    afterS += Math.max(0, (step.endMs - Math.max(...inside.map(lastKnownMs))) / 1000);
  }
  const gaps = [
    ...(beforeS >= 0.05 ? [`${shownAmount('wall', beforeS)} before stageprof started`] : []),
    ...(afterS >= 0.05 ? [`${shownAmount('wall', afterS)} ${afterWhat(runs)}`] : []),
  ];
  // Each end of the step is known to a second.
  return { atMost: beforeS + afterS + 1, text: gaps.join(' and ') || 'sacct counts whole seconds' };
}

function afterWhat(runs: ProfiledTask['runs']): string {
  return runs.some(({ endedMs }) => endedMs === null) ? 'after its last account, killed' : 'after it ended';
}

function outsideOfInputsWall({ profiled }: Evidence): Reason | undefined {
  if (profiled.runs.length > 0) return undefined;
  const processes = profiled.inside.processes + 1;
  return { atMost: NODE_WALL_S * processes, text: `start and end of ${processes} node processes, outside of inputs` };
}

/** CPU of a run that was killed after its account was last written. */
function afterLastAccount({ steps, profiled: { runs } }: Evidence): Reason | undefined {
  const killed = runs.filter(({ endedMs }) => endedMs === null);
  if (killed.length === 0) return undefined;
  const atMost = killed.reduce((sum, run) => {
    const step = steps.find((each) => isBegunIn(each, run) === true);
    const unheardS = step === undefined ? WRITTEN_EVERY_S : Math.max(0, (step.endMs! - run.updatedMs) / 1000);
    return sum + cpuInS(run.cpuS, run.wallS, unheardS + WHOLE_SECOND_MS / 1000);
  }, 0);
  return { atMost, text: `killed: the profiler has no more than its last account, written every ${WRITTEN_EVERY_S} s` };
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

/** Under proctrack/linuxproc, processes that the shell of a batch script has started outlive the shell. */
export function outlived({ steps, profiled: { runs } }: Evidence): Reason | undefined {
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

/** For processes that nobody waited for, Slurm has the CPU of its last sample. */
function unwaited(evidence: Evidence): Reason | undefined {
  const { state, steps, gathering } = evidence;
  if (!isKilled({ state }) && !steps.some(isKilled)) return undefined;
  const apart = shownAmount('wall', samplesApartS(gathering, longestS(steps)));
  return {
    atMost: lastSampleS(evidence),
    text: `killed: sacct has only its last sample of processes that nobody waited for, samples are ${apart} apart`,
  };
}

/** CPU that Slurm's last sample may lack. On a busy node a sample was measured to come up to an interval late. */
function lastSampleS(evidence: Evidence): number {
  return 2 * samplesApartS(evidence.gathering, longestS(evidence.steps)) * cpusOf(evidence);
}

function cpusOf({ cpu, profiled: { runs } }: Evidence): number {
  const wallS = runs.reduce((sum, run) => sum + run.wallS, 0);
  return cpuInS(cpu.profilerS, wallS, 1);
}

/** Twice the CPU that it used in an equal time before, and at least one CPU: it may just have begun to work hard. */
function cpuInS(cpuS: number | null, wallS: number, seconds: number): number {
  const cpus = cpuS === null || wallS <= 0 ? 1 : cpuS / wallS;
  return Math.max(1, 2 * cpus) * seconds;
}
