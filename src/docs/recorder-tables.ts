import { FILE_HEADER, FILE_HEADER_NUMBERS, offsetOf, READING } from '../recorder/format.js';
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

/** Tables of docs/recorder.md, by the name of the marks around each. */
function recorderTables(): { readonly [name: string]: string } {
  return {
    header: table(FILE_HEADER_NUMBERS.map((name) => [String(offsetOf(name)), `\`${name}\``, FILE_HEADER[name]])),
    reading: table(READING.map((name, index) => [String(index * 8), `\`${name}\``, MEANING[name]])),
  };
}

/** `text` with its tables replaced by those of the code. */
export function withRecorderTables(text: string): string {
  return withMarkedTables(text, recorderTables());
}

function table(rows: readonly (readonly string[])[]): string {
  return tableText(['offset', 'name', 'meaning'], rows);
}
