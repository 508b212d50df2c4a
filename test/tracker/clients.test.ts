import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { ALLOCATORS, isInstalled, Programs, TRACKER } from '../support/compiled-programs.js';
import { KIB, MIB, PACKAGE } from '../support/workloads.js';

const folder = fileURLToPath(new URL('../programs/tracker/', import.meta.url));
const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

interface Module {
  readonly allocatedBytes: number;
  readonly mappedBytes: number;
}

/** What a client holds when its work is done, and what the tracker has counted for its shared object by then. */
interface Held {
  readonly heldBytes: number;
  readonly module: Module;
}

function run(script: string, args: readonly string[], preload: readonly string[], environment = {}) {
  const env = { ...process.env, ...environment, LD_PRELOAD: preload.join(':'), STAGEPROF_TRACK_MODULES: '1' };
  const { output, status, signal } = spawnSync(process.execPath, [`${folder}${script}.js`, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, told] = output;
  return { outcome: { stdout, stderr, status, signal }, told };
}

/** A shared object that was loaded by two names has two rows, which are added up. */
function moduleOf(text: string, name: RegExp): Module {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const own = rows.filter(([path]) => name.test(path!));
  if (own.length === 0) throw new Error(`Expected a module ${name} among ${rows.map(([path]) => path).join()}`);
  const sum = (column: number) => own.reduce((total, row) => total + Number(row[column]), 0);
  return { allocatedBytes: sum(1), mappedBytes: sum(2) };
}

const CLIENTS: Record<string, { sharedObject: RegExp; expectHeld: (held: Held) => void }> = {
  // Allocates by malloc, the pixels and other blocks on the way.
  sharp: {
    sharedObject: /\/libvips-cpp\.so[.\d]*$/,
    expectHeld({ heldBytes, module }) {
      expect(heldBytes).toBe(3000 * 2000 * 3);
      expect(module.allocatedBytes).toBeGreaterThan(heldBytes);
      expect(module.allocatedBytes).toBeLessThan(20 * heldBytes);
      expect(module.mappedBytes).toBe(0);
    },
  },
  // Has a jemalloc of its own for its tables, which maps memory as it needs it.
  duckdb: {
    sharedObject: /\/libduckdb\.so$/,
    expectHeld({ heldBytes, module }) {
      expect(heldBytes).toBeGreaterThan(20 * MIB);
      expect(module.allocatedBytes).toBeLessThan(heldBytes / 2);
      expect(module.mappedBytes).toBeGreaterThan(heldBytes);
    },
  },
  // Has a mimalloc of its own, which maps 1 GiB as soon as it needs more than a little. It is built with napi-rs.
  snappy: {
    sharedObject: /\/snappy\.linux-[\w-]+\.node$/,
    expectHeld({ heldBytes, module }) {
      expect(heldBytes).toBe(64 * MIB);
      expect(module.allocatedBytes).toBeLessThan(MIB);
      expect(module.mappedBytes).toBeGreaterThan(heldBytes);
    },
  },
};
const NAMES = Object.keys(CLIENTS);

// How often a worker is terminated with libc's malloc behind the tracker, and when. DuckDB aborts when a worker is
// terminated in a query, with the tracker or without.
const TERMINATED: Record<string, [number, string]> = {
  sharp: [20, 'in-work'],
  duckdb: [5, 'holding'],
  snappy: [20, 'in-work'],
};

const CHAINS: [string, string[]][] = [['libc', []], ...ALLOCATORS.map((name): [string, string[]] => [name, [name]])];

describe.each(CHAINS)('with %s behind the tracker', (name, behind) => {
  const present = behind.every(isInstalled);
  if (!present) test('nothing', ({ skip }) => skip(`${name} is not installed`));
  const tracked = [TRACKER, ...behind];
  const isAlone = behind.length === 0;

  describe.skipIf(!present)('a client', () => {
    test.each(NAMES)('%s behaves as without the tracker, and its memory has its name', (client) => {
      const reader = programs.compile('module_reader.c', 'module_reader.so');
      const { sharedObject, expectHeld } = CLIENTS[client]!;
      const plain = run('run', [client, reader], behind);
      const { outcome, told } = run('run', [client, reader], tracked);
      expect(plain.outcome).toMatchObject({ stderr: '', status: 0 });
      expect(outcome).toEqual(plain.outcome);
      const { heldBytes, modules } = JSON.parse(told!);
      expectHeld({ heldBytes, module: moduleOf(modules, sharedObject) });
    });

    test.each(NAMES)('%s ends cleanly when its worker is terminated', (client) => {
      const [most, when] = TERMINATED[client]!;
      const { outcome } = run('terminate', [client, isAlone ? `${most}` : '3', when], tracked);
      expect(outcome).toEqual({ stdout: 'ended\n', stderr: '', status: 0, signal: null });
    });

    test.each(NAMES)('%s ends cleanly when the process exits in the middle of its work', (client) => {
      for (const delayMs of isAlone ? ['5', '40', '110'] : ['40']) {
        const { outcome } = run('exit', [client, delayMs], tracked);
        expect(outcome).toEqual({ stdout: 'begins\n', stderr: '', status: 5, signal: null });
      }
    });
  });
});

test('memory that an allocator reserves first is counted as mapped once it is made usable', () => {
  const reader = programs.compile('module_reader.c', 'module_reader.so');
  // With this variable mimalloc behaves as it does by itself on a system that does not overcommit memory.
  const { told } = run('run', ['snappy', reader], [TRACKER], { MIMALLOC_ARENA_EAGER_COMMIT: '0' });
  const { heldBytes, modules } = JSON.parse(told!);
  const { mappedBytes } = moduleOf(modules, CLIENTS.snappy!.sharedObject);
  expect(mappedBytes).toBeGreaterThan(heldBytes);
  expect(mappedBytes).toBeLessThan(8 * heldBytes);
});

/** The KiB of the modules whose name in the report matches. */
function kibOf(modules: Readonly<Record<string, number>> | null | undefined, name: RegExp): number {
  const own = Object.entries(modules ?? {}).filter(([path]) => name.test(path));
  return own.reduce((sum, [, kib]) => sum + kib, 0);
}

function reportOf(client: string) {
  const { outcome, told } = run('profiled', [client, PACKAGE], [TRACKER]);
  expect(outcome).toMatchObject({ stderr: '', status: 0 });
  const { heldBytes, report } = JSON.parse(told!) as { heldBytes: number; report: Report };
  const [work, nothing] = report.stages;
  return { heldKib: heldBytes / KIB, report, work: work!, nothing: nothing! };
}

test('the row of a stage that decodes images names libvips', () => {
  const { heldKib, work, nothing } = reportOf('sharp');
  const libvips = /^@img\/sharp-libvips-[\w-]+\/lib\/libvips-cpp\.so/;
  expect(kibOf(work.native_modules, libvips)).toBeGreaterThan(heldKib);
  expect(kibOf(work.native_modules, libvips)).toBeLessThan(work.native_kb_alloc!);
  expect(kibOf(nothing.native_modules, libvips)).toBe(0);
});

test.each([
  ['duckdb', /^@duckdb\/node-bindings-[\w-]+\/libduckdb\.so$/, 0.5],
  ['snappy', /^@napi-rs\/snappy-[\w-]+\/snappy\.[\w-]+\.node$/, 1],
])('the memory that %s maps grows in its stage, and the resident part has its name', (client, sharedObject, least) => {
  const { heldKib, report, work, nothing } = reportOf(client);
  expect(work.mapped_kb_delta).toBeGreaterThan(heldKib);
  expect(nothing.mapped_kb_delta).toBe(0);
  const residentKib = kibOf(report.composition?.mapped_modules, sharedObject);
  expect(residentKib).toBeGreaterThanOrEqual(least * heldKib);
  expect(residentKib).toBeLessThan(2 * heldKib);
  // An unreachable Buffer may be collected at any moment. It must still be in exactly one part.
  expect(Math.abs(report.composition!.other_kb!)).toBeLessThan(heldKib / 2);
  expect(report.composition!.allocator_free_kb).toBeGreaterThan(-KIB);
});
