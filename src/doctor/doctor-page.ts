import type { SourceState, Truth } from '../model/sources.js';
import { escapeControls } from '../text/escape.js';
import { inline, size } from '../text/format.js';
import type { Paint, Style } from '../text/paint.js';
import type { Advised } from './advised.js';
import type { Diagnosis } from './diagnosis.js';
import type { Machine } from './machine.js';

const NAME_WIDTH = 13;
const TRUTH_WIDTH = 22;

const STYLE: Readonly<Record<Truth, Style | undefined>> = {
  exact: undefined,
  bounded: 'yellow',
  sampled: 'yellow',
  absent: 'red',
};

/** The diagnosis for people: the machine, then one source a line, with its reason and advice below it. */
export function doctorPage(
  { stageprof, machine, addon, tracker, recorder, sources, verdict }: Diagnosis,
  paint: Paint,
): string {
  const lines = [
    paint('bold', `stageprof ${stageprof}`),
    '',
    ...machineLines(machine).map(([name, text]) => named(name, escapeControls(text))),
    named('addon', addon.available ? escapeControls(`loaded: ${addon.method}`) : paint('red', 'not loaded')),
    ...remarks(addon, paint),
    named('tracker', tracker.available ? escapeControls(`found: ${tracker.method}`) : paint('red', 'not found')),
    ...remarks(tracker, paint),
    named(
      'recorders',
      recorder.available ? escapeControls(`in ${recorder.method}`) : paint('red', 'no folder for them'),
    ),
    ...remarks(recorder, paint),
    '',
    paint('bold', named('source', `${'truth'.padEnd(TRUTH_WIDTH)}method`)),
    ...Object.entries(sources).flatMap(([name, state]) => [
      named(name, truthAndMethod(state, paint)),
      ...remarks(state, paint),
    ]),
    '',
    paint('bold', named('verdict', escapeControls(verdict))),
  ];
  return `${lines.join('\n')}\n`;
}

function machineLines(machine: Machine): [name: string, text: string][] {
  const { platform, arch, libc, kernel, cpus, cpus_usable, cpu_model, memory_limit } = machine;
  const slurm = Object.entries(machine.slurm).map(([name, value]) => `${name}=${value}`);
  return [
    ['Node', machine.node],
    ['platform', [`${platform} ${arch}`, libc, `kernel ${kernel}`].filter((part) => part !== null).join(', ')],
    ['CPUs', `${cpus_usable} usable of ${cpus}${cpu_model === null ? '' : `, ${cpu_model}`}`],
    [
      'memory',
      memory_limit === null ? 'no cgroup limit' : `limit ${inline(size(memory_limit.kb))}, ${memory_limit.path}`,
    ],
    ['Slurm', slurm.length === 0 ? 'not in a job' : slurm.join(' ')],
  ];
}

function truthAndMethod({ truth, bound_kb, method }: SourceState, paint: Paint): string {
  const text = bound_kb === undefined ? truth : `${truth} by ${inline(size(bound_kb))}`;
  const style = STYLE[truth];
  // Padded before it is painted: escape sequences have a length, but no width.
  const padded = text.padEnd(TRUTH_WIDTH);
  return `${style === undefined ? padded : paint(style, padded)}${method ?? ''}`.trimEnd();
}

function remarks({ reason, advice }: Advised, paint: Paint): string[] {
  return [
    ...(reason === undefined ? [] : [named('', paint('dim', escapeControls(reason)))]),
    ...(advice === undefined ? [] : [named('', `-> ${advice}`)]),
  ];
}

function named(name: string, text: string): string {
  return `  ${name.padEnd(NAME_WIDTH)}${text}`;
}
