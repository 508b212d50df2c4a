import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { absent, present } from '../../src/model/sources.js';
import { notesOf } from '../../src/render/notes.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

const texts = (...given: Parameters<typeof notesOf>) => notesOf(...given).map(({ key, text }) => `${key}: ${text}`);
const ALL = { columns: [], rowsShown: Number.POSITIVE_INFINITY };

test('a report without peculiarities has notes on its memory and on the cost of the profiler', () => {
  expect(texts(report(), ALL)).toEqual(['rss: 97.7 MiB now, 195 MiB at its peak', 'profiler: 1.00 ms, <0.1% of wall']);
});

test('every note stands once, warnings before the sources', () => {
  const columns = [
    { heading: 'native alloc', reason: 'needs the tracker: use stageprof run, or map --profile' },
    { heading: 'native peak', reason: 'needs the tracker: use stageprof run, or map --profile' },
    { heading: 'p95', reason: 'fewer than 20 calls' },
  ];
  expect(texts({ ...pipelineReport(), labels_folded: 1234 }, { columns, rowsShown: 5 })).toEqual([
    'stages: 5 of 8 shown',
    'rss: 3.03 GiB now, 4.59 GiB at its peak',
    'profiler: 302 ms, <0.1% of wall',
    'folded: 1,234 labels past the limit, into (other)',
    'warning: handles closed out of order: 3',
    'sources: native, allocator sampled (mallinfo2), 118 of 36,000 readings skipped; rss within 512 KiB (/proc/self/statm); rss_peak bounded (ru_maxrss); attribution bounded (boundary)',
    'left out: native alloc, native peak (needs the tracker: use stageprof run, or map --profile)',
    'left out: p95 (fewer than 20 calls)',
  ]);
});

test('the worker threads with the largest heaps are named, and the others counted', () => {
  const thread = (id: number, name: string | null, js_kb: number) => ({
    pid: 4711,
    thread: id,
    name,
    cpu_s: id === 4 ? null : id,
    js_kb,
    js_kb_peak: id === 1 ? null : js_kb + 1024,
    stages: true,
  });
  const threads = [thread(1, 'worker.js', 2048), thread(2, null, 512), thread(3, 'red\u001b', 1024)];
  const noted = (given: Partial<Report>) => texts(report(given), ALL).filter((text) => text.startsWith('workers'));
  expect(noted({})).toEqual([]);
  expect(noted({ worker_threads: { threads, more: 0 } })).toEqual([
    'workers: worker.js 1 (heap 2.00 MiB, cpu 1.00 s), red\\x1b 3 (heap 2.00 MiB, cpu 3.00 s), 2 (heap 1.50 MiB, cpu 2.00 s)',
  ]);
  expect(noted({ worker_threads: { threads: [...threads, thread(4, 'big.mjs', 9216)], more: 7 } })).toEqual([
    'workers: big.mjs 4 (heap 10.0 MiB), worker.js 1 (heap 2.00 MiB, cpu 1.00 s), red\\x1b 3 (heap 2.00 MiB, cpu 3.00 s), and 8 with smaller heaps',
  ]);
});

test('the reason of an absent source does not stand twice', () => {
  const { sources } = report();
  const given = report({ sources: { ...sources, gc: absent('no symbols') } });
  expect(texts(given, ALL)).toContain('sources: gc absent');
  expect(texts(given, { ...ALL, columns: [{ heading: 'gc', reason: 'no symbols' }] })).not.toContain(
    'sources: gc absent',
  );
});

test('attribution by the ends of calls is mentioned only if calls overlapped', () => {
  const sources = { ...report().sources, attribution: present('bounded', 'boundary', 'shared where calls overlap') };
  const keysOf = (overlapped_calls: number) =>
    notesOf(report({ sources, stages: [row('a', { overlapped_calls })] }), ALL).map(({ key }) => key);
  expect(keysOf(1)).toContain('sources');
  expect(keysOf(0)).not.toContain('sources');
});

test('without stages their cost is not mentioned', () => {
  expect(texts(report({ program: row('(program)') }), ALL)).toEqual(['rss: 97.7 MiB now, 195 MiB at its peak']);
});

test('what was not measured is not mentioned', () => {
  expect(texts(report({ rss_kb_now: null, rss_kb_peak: null, total_wall_s: 0 }), ALL)).toEqual(['profiler: 1.00 ms']);
  expect(texts(report({ rss_kb_now: null }), ALL)[0]).toBe('rss: 195 MiB at its peak');
});

test('warnings and folded labels are alarms', () => {
  const alarms = notesOf(report({ warnings: ['a: 1'], labels_folded: 1 }), ALL).filter(({ isAlarm }) => isAlarm);
  expect(alarms.map(({ key }) => key)).toEqual(['folded', 'warning']);
});

test('a text from a program cannot move the cursor', () => {
  const { sources } = report();
  const hostile = report({ warnings: ['\x1b[2J: 1'], sources: { ...sources, rss: present('sampled', '\x07', '\r') } });
  expect(texts(hostile, { ...ALL, columns: [{ heading: 'x', reason: '\x1bc' }] }).join('')).not.toMatch(/\p{Cc}/u);
});

test('stacks that were asked for and cannot be taken are told with the reason, once', () => {
  const { sources } = report();
  const asked = {
    ...sources,
    cpu_stacks: present('sampled', "V8's CPU profiler at 100 Hz"),
    thread_stacks: absent('an old processor'),
    native_stacks: absent('an old processor'),
  };
  const stacks = (given: Partial<Report>) => texts(report(given), ALL).filter((text) => text.startsWith('stacks'));
  expect(stacks({})).toEqual([]);
  expect(stacks({ sources: asked })).toEqual(['stacks: thread_stacks, native_stacks absent: an old processor']);
  const warned = { ...asked, cpu_stacks: absent('no \u001b room') };
  expect(stacks({ sources: warned })).toHaveLength(2);
  expect(stacks({ sources: warned })[0]).toBe('stacks: cpu_stacks absent: no \\x1b room');
  expect(stacks({ sources: warned, warnings: ['no CPU stacks, no \u001b room: 1'] })).toHaveLength(1);
});
