import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { Both, type NaiveCall } from '../support/naive-model.js';
import { scripted } from '../support/scripted-sampler.js';
import { type Command, command, label } from '../support/stage-commands.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A call that is open counts with what it has used so far, but is counted as a call only when it ends. */
function expectedRow(stage: string, calls: readonly NaiveCall[]): Partial<StageRow> {
  const done = calls.filter(({ open }) => !open);
  const seconds = (ns: readonly number[]): number => sum(ns) / 1e9;
  return {
    stage,
    calls: done.length,
    errors: done.filter(({ failed }) => failed).length,
    open: calls.length - done.length,
    wall_s: seconds(calls.map(({ wall }) => wall)),
    wall_max_s: seconds([Math.max(...calls.map(({ wall }) => wall))]),
    wall_self_s: seconds(calls.map(({ selfWall }) => selfWall)),
    cpu_s: seconds(calls.map(({ cpu }) => cpu)),
    cpu_self_s: seconds(calls.map(({ selfCpu }) => selfCpu)),
    js_kb_peak_max: Math.max(...calls.map(({ highestKib }) => highestKib)),
    overlapped_calls: done.filter(({ isOverlapped }) => isOverlapped).length,
  };
}

function expectSame(report: Report, both: Both): void {
  const byLabel = new Map<string, NaiveCall[]>();
  for (const call of both.calls) byLabel.set(call.label, [...(byLabel.get(call.label) ?? []), call]);
  const fields = Object.keys(expectedRow('', [])) as (keyof StageRow)[];
  const rows = report.stages.map((row) => Object.fromEntries(fields.map((field) => [field, row[field]])));
  expect(rows).toEqual([...byLabel].map(([stage, calls]) => expectedRow(stage, calls)));
  expect(report).toMatchObject({
    total_wall_s: both.total.wall / 1e9,
    total_cpu_s: both.total.cpu / 1e9,
    outside_wall_s: both.outside.wall / 1e9,
    outside_cpu_s: both.outside.cpu / 1e9,
    program: {
      stage: '(program)',
      calls: 1,
      wall_s: both.total.wall / 1e9,
      wall_self_s: both.outside.wall / 1e9,
      cpu_s: both.total.cpu / 1e9,
      cpu_self_s: both.outside.cpu / 1e9,
      js_kb_peak_max: both.highestKib,
    },
  });
  const across = both.calls.filter(({ isAcrossAwait }) => isAcrossAwait).length;
  const warnings = [
    ...(both.outOfOrder > 0 ? [`handles ended out of order: ${both.outOfOrder}`] : []),
    ...(both.late > 0 ? [`stages started after their parent ended: ${both.late}`] : []),
    ...(across > 0
      ? [`handles open across an await (use the callback form), first ${both.firstAcrossAwait}: ${across}`]
      : []),
  ];
  expect(report.warnings).toEqual(warnings);
}

/** Times of all rows and outside add up to the total in every report in which no call overlaps another. */
function expectConserved({ stages, ...header }: Report): void {
  const self = (field: 'wall_self_s' | 'cpu_self_s'): number => sum(stages.map((row) => row[field] ?? 0));
  expect(self('wall_self_s') + header.outside_wall_s).toBeCloseTo(header.total_wall_s, 12);
  expect(self('cpu_self_s') + header.outside_cpu_s!).toBeCloseTo(header.total_cpu_s!, 12);
}

/** What the thread used is charged to the label whose code ran, and to all labels above it. */
function expectCharged({ stages, program, exact }: Report, both: Both): void {
  const used = (isIn: (label: string) => boolean): number =>
    sum(Array.from(both.thread, ([label, ns]) => (isIn(label) ? ns : 0)));
  expect(program).toMatchObject({
    thread_cpu_s: used(() => true) / 1e9,
    thread_cpu_self_s: used((label) => label === '') / 1e9,
    js_kb_alloc: used(() => true),
    js_kb_alloc_self: used((label) => label === ''),
  });
  for (const { stage, ...row } of stages) {
    const self = used((label) => label === stage);
    const whole = used((label) => label === stage || label.startsWith(`${stage}.`));
    expect([stage, row.thread_cpu_self_s, row.js_kb_alloc_self]).toEqual([stage, self / 1e9, self]);
    expect([stage, row.thread_cpu_s, row.js_kb_alloc]).toEqual([stage, whole / 1e9, whole]);
  }
  const total = used(() => true);
  const outside = used((label) => label === '');
  expect(exact).toMatchObject({
    thread_cpu_s: { total: total / 1e9, outside: outside / 1e9 },
    js_kb_alloc: { total, outside },
  });
}

test.each(['boundary', 'exact'] as const)(
  'any mix of stages gives what a plain model of them gives: %s',
  async (attribution) => {
    let conserved = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 50 }), async (commands) => {
        const both = new Both(attribution);
        await both.runAll(commands);
        const report = both.profiler.report();
        // On Node 20 every promise looks at every storage that is still enabled.
        both.profiler.close();
        expectSame(report, both);
        if (attribution === 'exact') expectCharged(report, both);
        if (both.calls.some(({ isOverlapped }) => isOverlapped)) return;
        conserved++;
        expectConserved(report);
      }),
      { numRuns: 600 },
    );
    expect(conserved).toBeGreaterThan(10);
  },
);

test('where stages end in the reverse order of opening, self times add up and peaks nest', () => {
  const { nested } = fc.letrec<{ nested: Command }>((tie) => ({
    nested: fc.oneof(
      { depthSize: 'large', withCrossShrink: true },
      fc.record({ do: fc.constant('pass' as const), wall: fc.nat(1_000), cpu: fc.nat(1_000), thread: fc.nat(1_000) }),
      fc.record({ do: fc.constant('use heap' as const), kib: fc.nat(100) }),
      fc.record({
        do: fc.constant('run' as const),
        where: fc.constant(0),
        label,
        body: fc.array(tie('nested'), { maxLength: 5 }),
        fails: fc.boolean(),
      }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(nested, { maxLength: 20 }), (commands) => {
      const { profiler, sampler } = scripted();
      const run = (inner: readonly Command[]): void => {
        for (const command of inner) {
          if (command.do === 'pass') sampler.advance({ wall_ns: command.wall, process_cpu_ns: command.cpu });
          else if (command.do === 'use heap') sampler.set({ js_used_bytes: command.kib * 1024 });
          else if (command.do === 'run') {
            if (command.fails) {
              using _ = profiler.stage(command.label);
              run(command.body);
            } else profiler.stage(command.label, () => run(command.body));
          }
        }
      };
      run(commands);
      const report = profiler.report();
      profiler.close();
      expectConserved(report);
      const rows = new Map(report.stages.map((row) => [row.stage, row]));
      for (const [stage, row] of rows) {
        const parent = rows.get(stage.slice(0, Math.max(0, stage.lastIndexOf('.'))));
        // The part of a dotted label before its dot may be a row without calls around this one.
        if (parent === undefined || stage.includes('a.b')) continue;
        expect(parent.js_kb_peak_max).toBeGreaterThanOrEqual(row.js_kb_peak_max!);
        expect(parent.wall_s).toBeGreaterThanOrEqual(row.wall_s!);
      }
    }),
    { numRuns: 300 },
  );
});
