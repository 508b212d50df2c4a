import { expect, test } from 'vitest';
import type { Advised } from '../../src/doctor/advised.js';
import { verdictOf } from '../../src/doctor/verdict.js';
import { absent, present, SOURCE_NAMES, type SourceName } from '../../src/model/sources.js';

const exact = present('exact', 'as it is');
const states = (others: Partial<Record<SourceName, Advised>> = {}) => ({
  addon: exact,
  tracker: exact,
  recorder: exact,
  sources: { ...Object.fromEntries(SOURCE_NAMES.map((name) => [name, exact])), ...others } as Record<
    SourceName,
    Advised
  >,
});
const gone = (advice?: string): Advised => ({ ...absent('why'), ...(advice === undefined ? {} : { advice }) });

test('where all is there, nothing is missing, and the tracker counts only under run', () => {
  expect(verdictOf(states({ native: present('sampled', 'mallinfo2'), rss: present('bounded', 'statm') }))).toBe(
    'exact here: allocator, js_peak, rss_peak, usage, thread_cpu, pool_cpu, gc, attribution, native under stageprof run; nothing is missing',
  );
});

test('the first thing to do is about the addon or the tracker before any source', () => {
  const given = states({ gc: gone('use another Node') });
  expect(verdictOf({ ...given, tracker: gone('build it') })).toMatch(/; missing: the tracker, gc; first: build it$/);
  expect(verdictOf({ ...given, addon: gone('install it'), tracker: gone('build it') })).toMatch(
    /; missing: the addon, the tracker, gc; first: install it$/,
  );
});

test('what is missing and cannot be helped is told without advice', () => {
  expect(verdictOf(states({ gc: gone() }))).toMatch(/; missing: gc, for which nothing can be done here$/);
});

test('without any exact source only the time is left', () => {
  const none = Object.fromEntries(SOURCE_NAMES.map((name) => [name, gone()])) as Record<SourceName, Advised>;
  expect(verdictOf({ ...states(none), tracker: gone() })).toMatch(/^exact here: only the elapsed time; missing: /);
});
