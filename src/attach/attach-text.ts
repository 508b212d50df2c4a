import { moduleName } from '../model/module-name.js';
import type { Report, StageRow } from '../model/report.js';
import { renderModules } from '../render/module-table.js';
import type { Note } from '../render/notes.js';
import { renderProcesses } from '../render/process-table.js';
import { renderStacks } from '../render/stack-words.js';
import { renderTableOf } from '../render/table.js';
import { viewOf } from '../render/view.js';
import { counted, duration, inline, size } from '../text/format.js';
import type { Layout } from '../text/layout.js';
import type { Afterwards } from './afterwards.js';
import type { TrackerReading } from './agent-messages.js';
import type { AttachReport } from './attach-report.js';
import type { InsideLook } from './inside-look.js';
import { linesOf } from './proc-text.js';

const MOST_SPACES = 5;
const MOST_RESOURCES = 6;
const MOST_ALLOCATIONS = 5;
const MOST_MODULES = 3;
/** Less is not worth a line. */
const LEAST_KIB = 1024;

/** What was seen from inside of a process, in words and as the table of a report. */
export function renderAttach(found: AttachReport, look: InsideLook, afterwards: Afterwards, layout: Layout): string {
  const { report, stacks } = found;
  const view = viewOf(report, { columns: layout.columns });
  const parts = [
    linesOf(insideNotes(report, look), layout),
    renderTableOf(view, layout),
    renderModules(view, layout),
    renderProcesses(view, layout),
    stacks === null ? undefined : renderStacks(stacks, layout),
    linesOf(allocationNotes(found), layout),
    linesOf([{ key: 'after', text: afterwardsText(afterwards) }], layout),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join('\n');
}

/** What was seen from inside, in words: what holds memory, and what has grown. */
export function insideNotes(report: Report, look: InsideLook): Note[] {
  return [...heapNotes(look), ...grownNotes(report), ...nativeNotes(look)];
}

function heapNotes({ began, workers }: InsideLook): Note[] {
  const { heap, spaces, memory, resources, version, uptimeS } = began;
  const told = spaces
    .filter(({ physicalBytes }) => physicalBytes >= LEAST_KIB * 1024)
    .toSorted((a, b) => b.physicalBytes - a.physicalBytes)
    .slice(0, MOST_SPACES)
    .map(
      ({ name, usedBytes, physicalBytes }) =>
        `${name.replace(/_space$/, '').replaceAll('_', ' ')} ${bytes(usedBytes)} of ${bytes(physicalBytes)}`,
    );
  const limit = heap.heap_size_limit === undefined ? '' : `, limit ${bytes(heap.heap_size_limit)}`;
  const kinds = Object.entries(resources ?? {})
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_RESOURCES)
    .map(([kind, count]) => `${kind} ${count}`);
  return [
    { key: 'node', text: `${version}, runs for ${inline(duration(uptimeS))}` },
    {
      key: 'JS heap',
      text: `${bytes(heap.used_heap_size ?? 0)} used${limit}${told.length === 0 ? '' : `: ${told.join(', ')}`}`,
    },
    ...workers.map(({ thread: { id, name }, usedBytes, physicalBytes }) => ({
      key: '',
      text: `worker ${id}${name === 'worker' ? '' : `, ${name}`}: ${bytes(usedBytes)} used of ${bytes(physicalBytes)}`,
    })),
    {
      key: 'buffers',
      text: `${bytes(memory.arrayBuffers)} in ArrayBuffers and Buffers, ${bytes(memory.external)} outside of the JS heap in all`,
    },
    ...(kinds.length === 0 ? [] : [{ key: 'waits for', text: kinds.join(', ') }]),
  ];
}

/** The parts of the growth of the resident set, by the deltas of a row. */
const HOLDERS: readonly { readonly field: keyof StageRow; readonly name: string }[] = [
  { field: 'js_kb_delta', name: 'JS heap' },
  { field: 'buffers_kb_delta', name: 'Buffers' },
  { field: 'native_kb_delta', name: 'live native blocks' },
  { field: 'allocator_kb_delta', name: 'free in the allocator' },
  { field: 'workers_kb_delta', name: 'heaps of workers' },
  { field: 'file_kb_delta', name: 'files and shared memory' },
];

/** By whom the memory grew while it was looked at: the answer to who holds what grows. */
function grownNotes(report: Report): Note[] {
  const row = report.program;
  if (row === null || row.rss_kb_delta === null) return [];
  const seconds = report.total_wall_s;
  const parts = HOLDERS.flatMap(({ field, name }) => {
    const kib = row[field];
    return typeof kib === 'number' && Math.abs(kib) >= LEAST_KIB / 4 ? [{ name, kib }] : [];
  }).toSorted((a, b) => b.kib - a.kib);
  const told = parts.map(({ name, kib }) => `${name} ${inline(size(kib, true))}`);
  const pace = seconds > 0 ? `, ${inline(size((row.rss_kb_delta * 60) / seconds, true))} a minute` : '';
  return [
    {
      key: 'grew',
      text: `resident set ${row.rss_kb_delta === 0 ? 'by nothing' : inline(size(row.rss_kb_delta, true))} in ${inline(duration(seconds))}${pace}${told.length === 0 ? '' : `: ${told.join(', ')}`}`,
    },
  ];
}

/** What native code has allocated and freed since attach, which modules keep most of it, and which have mapped memory. */
function nativeNotes({ first: { tracker: before }, last: { tracker: after } }: InsideLook): Note[] {
  if (before === null || after === null) return [];
  const kib = (member: 'allocatedBytes' | 'freedBytes'): number => (after[member] - before[member]) / 1024;
  const kept = kib('allocatedBytes') - kib('freedBytes');
  const held = largestModules(bytesByModule(after, 'heldBytes'));
  const mapped = largestModules(bytesByModule(after, 'mappedBytes'), bytesByModule(before, 'mappedBytes'));
  const parts = [
    `${inline(size(kib('allocatedBytes')))} allocated in ${counted(after.allocatedBlocks - before.allocatedBlocks, 'block')}, ${inline(size(kib('freedBytes')))} freed, ${kept === 0 ? 'the same' : inline(size(kept, true))} kept`,
    ...(held === '' ? [] : [`of what was allocated since is still there: ${held}`]),
    ...(mapped === '' ? [] : [`address space mapped since, resident or not: ${mapped}`]),
  ];
  return [{ key: 'native', text: parts.join('; ') }];
}

/** A module may be there more than once, such as one that was loaded from two paths. */
function bytesByModule({ modules }: TrackerReading, member: 'heldBytes' | 'mappedBytes'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const module of modules) {
    const name = moduleName(module.name);
    sums.set(name, (sums.get(name) ?? 0) + module[member]);
  }
  return sums;
}

/** By how much they have grown; empty where none is worth it. */
function largestModules(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number> = new Map()): string {
  return Array.from(now, ([name, value]) => ({ name, grown: value - (before.get(name) ?? 0) }))
    .filter(({ grown }) => grown >= LEAST_KIB * 1024)
    .toSorted((a, b) => b.grown - a.grown)
    .slice(0, MOST_MODULES)
    .map(({ name, grown }) => `${name} ${bytes(grown)}`)
    .join(', ');
}

/** What is there of what functions have allocated on JS heaps since attach. */
function allocationNotes({ jsAllocations }: AttachReport): Note[] {
  const all = jsAllocations.reduce((sum, { kib }) => sum + kib, 0);
  const told = jsAllocations.filter(({ kib }) => kib >= LEAST_KIB / 4 && kib >= all / 50).slice(0, MOST_ALLOCATIONS);
  return told.map(({ stack, thread, kib }, index) => ({
    key: index === 0 ? 'js alloc' : '',
    text: `${inline(size(kib))} still there of what was allocated by ${stack}${thread === 'main' ? '' : `, on ${thread}`}`,
  }));
}

/** What is as it was before, and what is not. */
export function afterwardsText({
  isThere,
  wasOpen,
  isClosed,
  isLeftToOther,
  slots,
  threads,
  descriptors,
  faults,
}: Afterwards): string {
  if (!isThere) return 'the process has ended';
  const inspector = wasOpen
    ? 'its inspector was open before and stays open'
    : isClosed
      ? 'inspector closed'
      : isLeftToOther
        ? 'its inspector stays open for the other one'
        : 'ITS INSPECTOR IS STILL OPEN';
  return [
    inspector,
    ...(slots === null ? [] : [`${slots.restored} of ${counted(slots.rebound, 'slot')} restored`]),
    `${counted(threads[1], 'thread')} (${threads[0]} before)`,
    `${counted(descriptors[1], 'descriptor')} (${descriptors[0]} before)`,
    ...faults.map((fault) => `not undone: ${fault}`),
  ].join(', ');
}

function bytes(value: number): string {
  return inline(size(value / 1024));
}
