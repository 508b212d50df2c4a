import { describe, expect, test } from 'vitest';
import type { ProcessEntry } from '../../src/model/process-list.js';
import type { Report } from '../../src/model/report.js';
import { renderProcesses, shortCommand } from '../../src/render/process-table.js';
import { viewOf } from '../../src/render/view.js';
import type { Layout } from '../../src/text/layout.js';
import { textWidth } from '../../src/text/text-width.js';
import { report } from '../support/report-fixture.js';

const MIB = 1024;
const composition = {
  rss_kb: 290 * MIB,
  js_heap_kb: 20 * MIB,
  worker_heaps_kb: null,
  buffers_kb: 201 * MIB,
  strings_kb: null,
  wasm_kb: null,
  native_kb: 3 * MIB,
  allocator_free_kb: null,
  mapped_kb: 0,
  files_kb: 0,
  code_kb: 42 * MIB,
  stacks_kb: 0,
  shared_kb: 0,
  other_kb: 24 * MIB,
  mapped_modules: {},
  files: {},
};

function entry(pid: number, parent: number | null, members: Partial<ProcessEntry> = {}): ProcessEntry {
  const numbers = { wall_s: 12, cpu_s: 3.5, rss_kb: 60 * MIB, rss_kb_peak: 64 * MIB };
  return { pid, parent, command: 'node app.js', exit: null, ...numbers, composition: null, stages: true, ...members };
}

const processesText = (members: Partial<Report>, options?: Layout) => renderProcesses(viewOf(report(members)), options);

/** A shell, a primary and three workers, the third of which leaks. */
const cluster: readonly ProcessEntry[] = [
  entry(90, 1, {
    command: '/bin/sh -c node /srv/app/primary.js',
    exit: 0,
    cpu_s: 0,
    rss_kb_peak: 1_700,
    stages: false,
  }),
  entry(100, 90, { command: 'node /srv/app/primary.js', cpu_s: 0.25 }),
  entry(101, 100, { command: '/usr/bin/node /srv/app/dist/worker.js' }),
  entry(102, 100, { command: '/usr/bin/node /srv/app/dist/worker.js', wall_s: null, cpu_s: null }),
  entry(103, 100, { command: '/usr/bin/node /srv/app/dist/worker.js', rss_kb_peak: 300 * MIB, composition }),
  entry(104, null, { command: null, exit: 'SIGKILL', rss_kb_peak: null, rss_kb: null }),
];

test('processes stand below their parents, the largest first, with what holds their memory', () => {
  expect(processesText({ process_list: { processes: cluster, more: 3 } })).toBe(`\
pid  command                  exit       wall      cpu  rss peak  most of it
90   sh -c node …/primary.js  0        12.0 s     0     1.66 MiB
100    node …/primary.js               12.0 s   250 ms  64.0 MiB
103      node …/worker.js              12.0 s  3.50 s    300 MiB  buffers 201 MiB
101      node …/worker.js              12.0 s  3.50 s   64.0 MiB
102      node …/worker.js                 -       -     64.0 MiB
104  (not seen)               SIGKILL  12.0 s  3.50 s      -
+3 more, with less memory
`);
});

test('a single process has no table', () => {
  expect(processesText({})).toBeUndefined();
  expect(processesText({ process_list: { processes: [cluster[0]!], more: 0 } })).toBeUndefined();
  expect(processesText({ process_list: { processes: [cluster[0]!], more: 1 } })).toContain('+1 more');
});

test('no line is wider than a hundred characters, or than the terminal', () => {
  const long = cluster.map((process) => ({ ...process, command: `node ${'argument '.repeat(20)}` }));
  for (const [width, widest] of [
    [undefined, 100],
    [200, 100],
    [80, 80],
    [44, 44],
  ] as const) {
    const lines = processesText({ process_list: { processes: long, more: 0 } }, { width })!
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(long.length + 1);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(widest);
    expect(lines[0]).toContain('rss peak');
  }
});

test('the largest process is painted, and no name acts on the terminal', () => {
  const processes = [entry(1, null), entry(2, 1, { command: 'a \x1b[31mred\n', rss_kb_peak: 99 * MIB, exit: '\x1b' })];
  const lines = processesText({ process_list: { processes, more: 0 } }, { colour: true })!.split('\n');
  expect(lines[2]!.replace('\x1b[1m', 'bold ').replace(/ +/g, ' ')).toMatch(/^bold 2 a \\x1b\[31mred\\n \\x1b 12\.0 s/);
  expect(lines[1]).not.toContain('\x1b');
});

test('a process whose parent is not listed before it stands at the margin', () => {
  const processes = [entry(2, 1), entry(3, 9), entry(9, 3)];
  const lines = processesText({ process_list: { processes, more: 0 } })!.split('\n');
  expect(lines.slice(1, 4).map((line) => line.slice(0, 7))).toEqual(['2    no', '3    no', '9      ']);
});

describe('commands are shortened to what tells them apart', () => {
  test.each([
    ['/usr/bin/node /srv/app/dist/app.js --all', 'node …/app.js --all'],
    ['node test/cli/app.mjs', 'node …/app.mjs'],
    ['node ./app.mjs /tmp a/b', 'node ./app.mjs /tmp a/b'],
    ['node --import=/srv/a/hook.mjs x', 'node --import=…/hook.mjs x'],
    ['/opt/', '/opt/'],
    ['npm run build', 'npm run build'],
    [null, '(not seen)'],
  ])('%s', (command, expected) => {
    expect(shortCommand(command)).toBe(expected);
  });
});
