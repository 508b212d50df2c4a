import { describe, expect, test } from 'vitest';
import { renderCaliper } from '../../src/export/caliper.js';
import type { StageRow } from '../../src/model/report.js';
import { readAsHatchet } from '../support/hatchet-reader.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

const called = (stage: string, values: Partial<StageRow> = {}) => row(stage, { calls: 1, wall_s: 1, ...values });

const read = (...stages: StageRow[]) => readAsHatchet(renderCaliper(report({ stages })));

describe('a profile for Hatchet', () => {
  test('has the tree of the labels and the numbers of each stage', () => {
    const { tree, frame, exclusive, inclusive } = readAsHatchet(renderCaliper(pipelineReport()));
    expect(tree).toEqual([
      'scan',
      'scan / fetch',
      'scan / decode',
      'scan / decode / tiles',
      'scan / features',
      'scan / write',
      'flush',
      'watchdog',
      'watchdog / tick',
    ]);
    for (const stage of pipelineReport().stages) {
      const numbers = frame.get(stage.stage.replaceAll('.', ' / '))!;
      expect(numbers).toMatchObject({
        calls: stage.calls,
        errors: stage.errors,
        open: stage.open,
        time: stage.wall_self_s,
        'time (inc)': stage.wall_s,
        cpu_s: stage.cpu_self_s,
        'cpu_s (inc)': stage.cpu_s,
        'rss_kb_peak_max (inc)': stage.rss_kb_peak_max,
        'native_kb_delta (inc)': stage.native_kb_delta,
        'wall_p95_s (inc)': expect.any(Number),
      });
    }
    expect(exclusive).toEqual(['calls', 'errors', 'open', 'time', 'cpu_s', 'overlapped_calls']);
    expect(inclusive).toContain('time (inc)');
    expect(inclusive.every((name) => name.endsWith(' (inc)'))).toBe(true);
  });

  test('pairs what the stage itself used with what it and its children used', () => {
    const { frame } = read(
      called('a', { thread_cpu_s: 3, thread_cpu_self_s: 1, js_kb_alloc: 9, js_kb_alloc_self: 4, native_kb_alloc: 7 }),
      called('a.b', {
        thread_cpu_s: 2,
        thread_cpu_self_s: 2,
        js_kb_alloc: 5,
        js_kb_alloc_self: 5,
        native_kb_alloc_self: 3,
      }),
    );
    expect(frame.get('a')).toMatchObject({
      'thread_cpu_s (inc)': 3,
      thread_cpu_s: 1,
      'js_kb_alloc (inc)': 9,
      js_kb_alloc: 4,
    });
    // One is of all threads and the other of one thread, so they are no pair.
    expect(frame.get('a / b')).toMatchObject({ native_kb_alloc_self: 3 });
  });

  test('has a node without calls and numbers for a step that is no stage', () => {
    const { tree, frame } = read(called('a.b.c'), called('a.d'), called('a'));
    expect(tree).toEqual(['a', 'a / b', 'a / b / c', 'a / d']);
    expect(frame.get('a')).toMatchObject({ calls: 1, 'time (inc)': 1 });
    expect(frame.get('a / b')).toMatchObject({ calls: 0, open: 0, 'time (inc)': null });
  });

  test('distinguishes what was not measured in one stage from what was not measured at all', () => {
    const text = renderCaliper(report({ stages: [called('a', { gc_s: 0 }), called('b')] }));
    const { frame, metadata, inclusive } = readAsHatchet(text);
    expect(frame.get('a')).toMatchObject({ 'gc_s (inc)': 0 });
    expect(frame.get('b')).toMatchObject({ 'gc_s (inc)': null });
    expect(inclusive).not.toContain('cpu_s (inc)');
    expect(metadata['stageprof.not_measured']).toContain('cpu_s (inc), cpu_s, ');
  });

  test('has the members of the header as flat run metadata, beside that of the caller', () => {
    const { metadata } = readAsHatchet(renderCaliper(pipelineReport(), { records: 7, data: 'not the section' }));
    expect(metadata).toMatchObject({
      'stageprof.schema': 'stageprof/1',
      records: 7,
      total_wall_s: 9042.3185,
      'slurm.array_task': '4',
      'sources.rss': 'bounded, /proc/self/statm',
      warnings: 'handles closed out of order: 3',
    });
    expect(Object.values(metadata).filter((value) => typeof value === 'object' && value !== null)).toEqual([]);
  });

  test.each([
    ['.a', ['.a']],
    ['a.', ['a.']],
    ['a..b', ['a', 'a / .b']],
    ['...', ['.', '. / .']],
    ['__proto__.constructor', ['__proto__', '__proto__ / constructor']],
    ['a\u0000"\\', ['a\u0000"\\']],
  ])('no step of %j is empty, because Hatchet would name it', (label, expected) => {
    expect(read(called(label)).tree).toEqual(expected);
  });

  test('has two nodes for labels that differ in a dot', () => {
    const { tree } = read(called('a.b'), called('a..b'), called('a.'), called('a'));
    expect(tree).toEqual(['a', 'a / b', 'a.', 'a. / b']);
  });

  test('has the row of the program if there is no stage', () => {
    const program = called('(program)', { wall_s: 9 });
    const { tree, frame } = readAsHatchet(renderCaliper(report({ program, stages: [] })));
    expect(tree).toEqual(['(program)']);
    expect(frame.get('(program)')).toMatchObject({ 'time (inc)': 9 });
  });

  test('takes labels as deep as the profiler makes them', () => {
    const { tree } = read(called(Array.from({ length: 512 }, () => 'r').join('.')));
    expect(tree).toHaveLength(512);
  });
});
