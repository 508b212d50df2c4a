import { noteLines } from '../render/note-lines.js';
import type { Note } from '../render/notes.js';
import { renderTable, type TableOptions } from '../render/table.js';
import { escapeControls } from '../text/escape.js';
import { duration, inline, NOTHING, percent, size } from '../text/format.js';
import { type Paint, painter } from '../text/paint.js';
import type { Postmortem } from './postmortem.js';

/** How many readings of the last ten seconds are shown. */
const READINGS_SHOWN = 6;

/** That of the longest key. */
const KEY_WIDTH = 9;

/** What is known of the end of a process, and below it the table of its report. */
export function postmortemPage(found: Postmortem, options: TableOptions, nowMs: number): string {
  const { width = Number.POSITIVE_INFINITY, colour = false } = options;
  const lines = postmortemLines(found, nowMs, width, painter(colour));
  return `${lines.join('\n')}\n\n${renderTable(found.report, options)}`;
}

/** Lines of a key and a text, which is wrapped. */
function postmortemLines(found: Postmortem, nowMs: number, width: number, paint: Paint): string[] {
  const notes = postmortemNotes(found, nowMs);
  const escaped = notes.map(({ key, text }) => ({ key, text: escapeControls(text) }));
  return noteLines(escaped, width, paint, KEY_WIDTH);
}

/** What is known of the end of a process, in words. A note without a key goes on from the one before. */
export function postmortemNotes(found: Postmortem, nowMs: number): Note[] {
  const notes: readonly (readonly [key: string, text: string])[] = [
    ['process', processText(found, nowMs)],
    ...keyed('open', openTexts(found)),
    ...keyed('memory', lastTexts(found)),
    ...keyed('killed by', killedTexts(found)),
  ];
  return notes.map(([key, text]) => ({ key, text }));
}

function keyed(key: string, texts: readonly string[]): [key: string, text: string][] {
  return texts.map((text, index) => [index === 0 ? key : '', text]);
}

function processText({ process: { pid, running, recorder }, last, report }: Postmortem, nowMs: number): string {
  const state = {
    open: 'ended without closing its recorder',
    closed: 'closed its profiler',
    ended: 'came to its end without closing its profiler',
    abandoned: 'went on in memory after its recorder had to be given up',
  }[recorder];
  const now =
    running === true ? 'still runs' : recorder === 'open' && running === null ? 'cannot be looked for here' : state;
  const ago = last.at_ms === null ? '' : `, last reading ${new Date(last.at_ms).toISOString()}`;
  const before = last.at_ms === null ? '' : ` (${inline(duration(Math.max(0, nowMs - last.at_ms) / 1000))} ago)`;
  return `${pid} ${now} after ${inline(duration(report.total_wall_s))}${ago}${before}`;
}

/** The open stages as they were entered, the innermost last; those of worker threads behind those of the main thread. */
function openTexts({ open }: Postmortem): string[] {
  if (open.length === 0) return ['no stage'];
  return open.map(({ stage, for_s, rss_kb_delta, thread }) => {
    const since = for_s === null ? '' : `, for ${inline(duration(for_s))}`;
    const grown = rss_kb_delta === null ? '' : `, rss ${inline(size(rss_kb_delta, true))}`;
    const where = thread === undefined ? '' : `, in worker thread ${thread}`;
    return `${stage}${since}${grown}${where}`;
  });
}

function lastTexts({ last }: Postmortem): string[] {
  if (last.readings.length === 0) return ['no reading'];
  const { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s } = last;
  const trend = rss_kb_per_s === null ? '' : `, ${inline(size(rss_kb_per_s, true))}/s in the last seconds`;
  const native = native_kb === null ? '' : `, native and Buffers ${inline(size(native_kb))}`;
  const step = Math.max(1, Math.ceil(last.readings.length / READINGS_SHOWN));
  const shown = last.readings.filter((_, index) => (last.readings.length - 1 - index) % step === 0);
  return [
    `rss ${kib(rss_kb)}, ${kib(rss_kb_peak)} at its peak${trend}${native}`,
    ...shown.map(({ before_s, rss_kb: rss, thread_cpu, process_cpu }) => {
      const cpu =
        process_cpu === null
          ? ''
          : `, cpu ${inline(percent(process_cpu))}, of this thread ${inline(percent(thread_cpu ?? 0))}`;
      return `${(before_s === 0 ? 'last' : `-${before_s.toFixed(1)} s`).padEnd(7)}  rss ${kib(rss)}${cpu}`;
    }),
  ];
}

function kib(value: number | null): string {
  return value === null ? NOTHING.digits : inline(size(value));
}

function killedTexts({
  killed_by: { signal, likely, evidence },
  process: { running, recorder },
}: Postmortem): string[] {
  if (running === true || recorder === 'closed' || recorder === 'ended') return [];
  const told = signal === null ? 'not known' : signal;
  return [likely === null ? told : `${told}; likely ${likely}`, ...evidence];
}
