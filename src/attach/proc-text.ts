import { moduleName } from '../model/module-name.js';
import { noteLines } from '../render/note-lines.js';
import type { Note } from '../render/notes.js';
import { escapeControls } from '../text/escape.js';
import { counted, duration, inline, percent, size } from '../text/format.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import type { CgroupLimits, MappedMemory, NamedKib, ProcLook } from './proc-look.js';

/** So many modules, files and names of threads are told. */
const MOST_NAMED = 5;
/** Less is not worth a name. */
const LEAST_KIB = 1024;

/** What /proc tells of a process, in words. */
export function renderProc(look: ProcLook, layout: Layout): string {
  return linesOf(procNotes(look), layout);
}

/** Notes of a look, one below the other; nothing for none. */
export function linesOf(notes: readonly Note[], { width = Number.POSITIVE_INFINITY, colour = false }: Layout): string {
  if (notes.length === 0) return '';
  const escaped = notes.map((note) => ({ ...note, text: escapeControls(note.text) }));
  return `${noteLines(escaped, width, painter(colour), KEY_WIDTH).join('\n')}\n`;
}

/** The same, line by line; a line without a key goes with the one before. */
export function procNotes(look: ProcLook): Note[] {
  return [
    { key: 'process', text: processText(look) },
    { key: 'memory', text: memoryText(look) },
    ...mappedNotes(look.mapped),
    { key: 'threads', text: threadsText(look) },
  ];
}

const KEY_WIDTH = 9;

function processText({ target: { pid, command }, status: { state, user } }: ProcLook): string {
  const stopped = state === 'T' ? ', stopped' : state === 't' ? ', stopped by a debugger' : '';
  return `${pid}${command === null ? '' : `, ${command}`}, user ${user}${stopped}`;
}

function memoryText({ status: { rssKib, peakRssKib, swapKib }, grownKib, watchedS, limits }: ProcLook): string {
  const now = rssKib === null ? 'resident set unknown' : `${kib(rssKib)} resident`;
  const peak = peakRssKib === null ? '' : `, ${kib(peakRssKib)} at its peak`;
  const grown =
    grownKib === null
      ? ''
      : `, ${grownKib === 0 ? 'no growth' : inline(size(grownKib, true))} in ${inline(duration(watchedS))}`;
  const swapped = swapKib === null || swapKib === 0 ? '' : `, ${kib(swapKib)} in swap`;
  return `${now}${peak}${swapped}${grown}; ${limitText(limits)}`;
}

function limitText({ memoryKib, memoryPath, isMemoryKnown }: CgroupLimits): string {
  if (!isMemoryKnown) return 'the limit of its cgroup is unknown';
  return memoryKib === null ? 'its cgroup sets no limit' : `limit ${kib(memoryKib)} by ${memoryPath}`;
}

function mappedNotes(mapped: ProcLook['mapped']): Note[] {
  if ('missing' in mapped) return [{ key: 'mapped', text: `who maps it cannot be seen: ${mapped.missing}` }];
  const { anonymousKib, brkKib, largest, codeKib, filesKib, stacksKib, sharedKib } = mapped;
  const parts = [
    `${kib(anonymousKib)} without a file: JS heaps, Buffers, malloc, mapped by modules`,
    ...(brkKib >= LEAST_KIB ? [`of that ${kib(brkKib)} where malloc begins`] : []),
    ...largestTexts(largest),
  ];
  return [
    { key: 'mapped', text: parts.join('; ') },
    { key: '', text: `${kib(codeKib)} program and libraries${namedText(mapped.modules)}` },
    ...(filesKib >= LEAST_KIB ? [{ key: '', text: `${kib(filesKib)} files${namedText(mapped.files)}` }] : []),
    {
      key: '',
      text: [`${kib(stacksKib)} stacks`, ...(sharedKib >= LEAST_KIB ? [`${kib(sharedKib)} shared memory`] : [])].join(
        ', ',
      ),
    },
  ];
}

function largestTexts(largest: MappedMemory['largest']): string[] {
  const told = largest.filter(({ kib: each }) => each >= LEAST_KIB);
  if (told.length === 0) return [];
  return [
    `largest ${told.map(({ kib: each, times }) => `${kib(each)}${times > 1 ? ` (${times} times)` : ''}`).join(', ')}`,
  ];
}

function namedText(named: readonly NamedKib[]): string {
  const told = named.filter(({ kib: each }) => each >= LEAST_KIB).slice(0, MOST_NAMED);
  if (told.length === 0) return '';
  return `: ${told.map(({ name, kib: each }) => `${moduleName(name)} ${kib(each)}`).join(', ')}`;
}

function threadsText({ threads, watchedS, limits: { cpus } }: ProcLook): string {
  const all = threads.reduce((sum, { threads: count }) => sum + count, 0);
  const share = threads.reduce((sum, { share: each }) => sum + each, 0);
  const busy = threads.filter(({ share: each }) => each > 0).slice(0, MOST_NAMED);
  const told = busy.map(({ name, threads: count, share: each }) => {
    return `${name}${count > 1 ? ` (${count})` : ''} ${inline(percent(each))}`;
  });
  const limit = cpus === null ? '' : `; its cgroup gives it ${counted(cpus, 'CPU')}`;
  const names = told.length === 0 ? '' : `: ${told.join(', ')}`;
  return `${counted(all, 'thread')}, ${inline(percent(share))} of a CPU in ${inline(duration(watchedS))}${names}${limit}`;
}

function kib(value: number): string {
  return inline(size(value));
}
