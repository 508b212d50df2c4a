import { expect, test } from 'vitest';
import { absent } from '../../src/model/sources.js';
import { COMPOSITION, EXAMPLES, FREE_AT_END, FREED, RUN, textOf } from '../support/finding-examples.js';

test('the module that mapped most is named', () => {
  const composition = { ...COMPOSITION, mapped_modules: { 'duckdb.node': 700, 'other.node': 300 } };
  expect(textOf(EXAMPLES['mapped-growth'], { ...RUN, composition })).toMatch(
    / by duckdb\.node: files, or an allocator of its own; /,
  );
});

test.each([
  [{ 'sharp/build/Release/sharp.node': 900, node: 100 }, ', most allocated by sharp;'],
  [{ a: 40, b: 30, c: 30 }, ' a call; what'],
  [{}, ' a call; what'],
  [null, ' a call; what'],
])('of the modules %j the one that allocated half is named', (native_modules, text) => {
  expect(textOf({ ...EXAMPLES['native-growth'], native_modules })).toContain(text);
});

test.each([
  ['the module that holds half of it', { a: 60 * 1024, b: 50 * 1024 }, 0, ', held by a;'],
  ['what was let go by others does not count', { a: 60 * 1024, b: -500 * 1024 }, 0, ', held by a;'],
  ['node, less its backing stores', { node: 90 * 1024, a: 40 * 1024 }, 80 * 1024, ', held by a;'],
  ['nobody, so who allocated most', { a: 40, b: 30, c: 30 }, 0, ', most allocated by b;'],
  ['not told, so who allocated most', null, 0, ', most allocated by b;'],
])('live blocks are held by %s', (_, native_live_modules, external_kb_delta, text) => {
  const growth = { ...EXAMPLES['native-growth'], native_modules: { a: 1, b: 900 }, native_live_modules };
  expect(textOf({ ...growth, external_kb_delta })).toContain(text);
});

test.each([
  ['glibc', 'try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
  ['jemalloc', 'set MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
  ['gperftools', 'set TCMALLOC_AGGRESSIVE_DECOMMIT=1'],
  ['tcmalloc', 'let tcmalloc give memory back sooner'],
  ['mimalloc', 'let mimalloc give memory back sooner'],
  [undefined, 'try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
])('what to do about fragmentation under %s: %s', (serving, advice) => {
  // mimalloc tells nothing, but it is known that mimalloc serves malloc.
  const allocator = { ...absent('not told'), ...(serving === undefined ? {} : { allocator: serving }) };
  const text = textOf(FREED, { ...FREE_AT_END, sources: { ...RUN.sources, allocator } });
  expect(text?.endsWith(`; ${advice}`)).toBe(true);
});

test('the advice names arenas if several threads worked', () => {
  const sources = { ...RUN.sources, allocator: { ...RUN.sources.allocator, allocator: 'glibc' } };
  const cpu = (thread_cpu_s: number) => ({ ...EXAMPLES.fragmentation, cpu_s: 1, thread_cpu_s });
  expect(textOf(cpu(0.5), { ...RUN, sources })).toMatch(/, or MALLOC_ARENA_MAX=2$/);
  expect(textOf(cpu(0.51), { ...RUN, sources })).not.toContain('ARENA');
});
