import { FILE_HEADER, FILE_HEADER_NUMBERS, offsetOf, READING, TIMELINE, TIMELINE_STAGES } from '../recorder/format.js';
import { tableText, withMarkedTables } from './marked-tables.js';

const MEANING: { readonly [N in (typeof READING)[number]]: string } = {
  wall_ns: 'CLOCK_MONOTONIC',
  rss_bytes: 'resident set of the process',
  rss_peak_bytes: 'its highest since the process started',
  native_bytes: 'live native blocks of all threads, those behind Buffers among them; NaN without the tracker',
  thread_cpu_ns: 'CPU time of the thread of the profiler',
  process_cpu_ns: 'CPU time of the process',
  js_peak_bytes: "highest used heap of the profiler's isolate since the reading before; NaN where not measured",
  native_peak_bytes: 'highest live native blocks without Buffers since the reading before; NaN where not measured',
};

const TIMELINE_MEANING: { readonly [N in (typeof TIMELINE)[number]]?: string } = {
  wall_ns: MEANING.wall_ns,
  process_cpu_ns: MEANING.process_cpu_ns,
  file_pages_bytes: 'resident pages of mapped files and shared memory; NaN where not measured',
  js_used_bytes: "used heap of the profiler's isolate; NaN where not measured",
  open_calls: 'open calls, of the first 256 slots',
  rss_bytes: MEANING.rss_bytes,
};

/** Tables of docs/recorder.md, by the name of the marks around each. */
function recorderTables(): { readonly [name: string]: string } {
  return {
    header: table(FILE_HEADER_NUMBERS.map((name) => [String(offsetOf(name)), `\`${name}\``, FILE_HEADER[name]])),
    timeline: table(timelineRows()),
    reading: table(READING.map((name, index) => [String(index * 8), `\`${name}\``, MEANING[name]])),
  };
}

function timelineRows(): [offset: string, name: string, meaning: string][] {
  const rows = TIMELINE.map((name, index): [string, string, string] => [
    String(index * 8),
    `\`${name}\``,
    TIMELINE_MEANING[name] ?? 'as in the account of a moment',
  ]);
  return [
    ...rows,
    [String(TIMELINE.length * 8), '', `rows of ${TIMELINE_STAGES} stages that were open, NaN behind the last`],
  ];
}

/** `text` with its tables replaced by those of the code. */
export function withRecorderTables(text: string): string {
  return withMarkedTables(text, recorderTables());
}

function table(rows: readonly (readonly string[])[]): string {
  return tableText(['offset', 'name', 'meaning'], rows);
}
