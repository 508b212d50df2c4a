import type { SourceState, Truth } from '../model/sources.js';
import { escapeControls } from '../text/escape.js';
import { inline, size } from '../text/format.js';
import { wrapText } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { type Paint, painter, type Style } from '../text/paint.js';
import type { Advised } from './advised.js';
import type { Diagnosis } from './diagnosis.js';
import type { Machine } from './machine.js';

const INDENT = '  ';
const ARROW = '-> ';
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
  { width = Number.POSITIVE_INFINITY, colour = false }: Layout = {},
): string {
  const paint = painter(colour);
  const room = width - INDENT.length - NAME_WIDTH;
  const remarks = (state: Advised) => remarkLines(state, room, paint);
  const lines = [
    paint('bold', `stageprof ${stageprof}`),
    '',
    ...machineLines(machine).map(([name, text]) => named(name, escapeControls(text))),
    named('addon', addon.available ? escapeControls(`loaded: ${addon.method}`) : paint('red', 'not loaded')),
    ...remarks(addon),
    named('tracker', tracker.available ? escapeControls(`found: ${tracker.method}`) : paint('red', 'not found')),
    ...remarks(tracker),
    named(
      'recorders',
      recorder.available ? escapeControls(`in ${recorder.method}`) : paint('red', 'no folder for them'),
    ),
    ...remarks(recorder),
    '',
    paint('bold', named('source', `${'truth'.padEnd(TRUTH_WIDTH)}method`)),
    ...Object.entries(sources).flatMap(([name, state]) => [
      named(name, truthAndMethod(state, paint)),
      ...remarks(state),
    ]),
    '',
    ...wrapText(escapeControls(verdict), room).map((line, index) =>
      paint('bold', named(index === 0 ? 'verdict' : '', line)),
    ),
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

function remarkLines({ reason, advice }: Advised, room: number, paint: Paint): string[] {
  const reasons = reason === undefined ? [] : wrapText(escapeControls(reason), room);
  const advised = advice === undefined ? [] : wrapText(advice, room - ARROW.length);
  return [
    ...reasons.map((line) => named('', paint('dim', line))),
    ...advised.map((line, index) => named('', `${index === 0 ? ARROW : ' '.repeat(ARROW.length)}${line}`)),
  ];
}

function named(name: string, text: string): string {
  return `${INDENT}${name.padEnd(NAME_WIDTH)}${text}`;
}
