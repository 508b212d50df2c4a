import { expect, test } from 'vitest';
import { nullWhen, sourceOf, whyAbsent } from '../../src/model/metric-sources.js';
import { METRICS, type MetricField } from '../../src/model/metrics.js';
import { absent, present, TRACKER_METHOD } from '../../src/model/sources.js';
import { report } from '../support/report-fixture.js';

const metric = (field: MetricField) => METRICS.find((candidate) => candidate.field === field)!;
const { sources } = report();

test.each([
  ['calls', 'never'],
  ['overhead_s', 'never'],
  ['wall_s', 'never'],
  ['cpu_s', '`measure` is without `cpu`'],
  ['gc_s', '`measure` is without `js`, or `sources.gc` is absent'],
  ['js_kb_retained', '`measure` is without `js`, or `sources.js_peak` is absent, or nothing was collected (`collect`)'],
  ['native_kb_alloc', '`measure` is without `native`, or needs the tracker: use stageprof run, or map --profile'],
  ['growth_by_octave', '`measure` is without `rss`, or `sources.rss` is absent'],
  [
    'native_modules',
    '`measure` is without `native`, or needs the tracker: use stageprof run, or map --profile, or modules are not counted: use stageprof run without --no-modules',
  ],
] as const)('%s is null when %s', (field, when) => {
  expect(nullWhen(metric(field))).toBe(when);
});

test.each([
  ['rss_kb_peak_max', 'rss_peak'],
  ['allocator_kb_delta', 'allocator'],
  ['native_modules', 'native'],
  ['faults_minor', null],
  ['calls', null],
] as const)('the truth of %s is that of %s', (field, source) => {
  expect(sourceOf(metric(field))).toBe(source);
});

test('an absent source gives the reason why its metrics are absent', () => {
  expect(whyAbsent(metric('native_kb_alloc'), { ...sources, native: absent('no addon') })).toBe('no addon');
});

test('where native memory is only sampled, single allocations need the tracker', () => {
  const sampled = { ...sources, native: present('sampled', 'mallinfo2', 'within a time budget') };
  expect(whyAbsent(metric('native_kb_alloc'), sampled)).toBe('needs the tracker: use stageprof run, or map --profile');
});

test('where the tracker counts, modules that it was not told to count are named as the reason', () => {
  const tracked = { ...sources, native: present('bounded', TRACKER_METHOD) };
  expect(whyAbsent(metric('native_modules'), tracked)).toBe(
    'modules are not counted: use stageprof run without --no-modules',
  );
  const sampled = { ...sources, native: present('sampled', 'mallinfo2') };
  expect(whyAbsent(metric('native_modules'), sampled)).toBe('needs the tracker: use stageprof run, or map --profile');
});

test.each([
  ['js_kb_retained', 'nothing was collected'],
  ['cpu_s', 'not measured'],
] as const)('%s without a source: %s', (field, why) => {
  expect(whyAbsent(metric(field), sources)).toBe(why);
});
