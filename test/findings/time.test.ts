import { describe, expect, test } from 'vitest';
import { EXAMPLES, kinds, of, RUN, textOf } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

test.each(['gc-bound', 'waiting', 'off-thread'] as const)(
  '%s needs a tenth of a second, however short the run',
  (kind) => {
    const short = report({ total_wall_s: 0.2, outside_wall_s: 0 });
    const at = {
      'gc-bound': { gc_s: 0.1, wall_s: 0.2 },
      waiting: { wall_self_s: 0.1, cpu_self_s: 0 },
      'off-thread': { cpu_s: 0.1, thread_cpu_s: 0 },
    };
    const below = {
      'gc-bound': { gc_s: 0.099, wall_s: 0.2 },
      waiting: { wall_self_s: 0.099, cpu_self_s: 0 },
      'off-thread': { cpu_s: 0.099, thread_cpu_s: 0 },
    };
    expect(kinds(at[kind], short)).toEqual([kind]);
    expect(kinds(below[kind], short)).toEqual([]);
  },
);

describe('waiting for a CPU', () => {
  const taken = { ...EXAMPLES.waiting, ctx_involuntary: 361, ctx_voluntary: 85 };
  test('is distinguished from waiting for something else, and has the opposite advice', () => {
    expect(textOf(taken)).toBe(
      '36.0 s of its own 40.0 s without CPU, ready to run, but the CPUs were taken by others: fewer jobs on this node, or more CPUs',
    );
  });
  test.each([
    ['the stage gave the CPU up as often', { ctx_voluntary: 361 }],
    ['the stage lost the CPU too seldom for so long a wait', { ctx_involuntary: 359 }],
    ['switches were not counted', { ctx_involuntary: null }],
  ])('is not recognised if %s', (_, values) => {
    expect(textOf({ ...taken, ...values })).toContain('run more at once');
  });
});

describe('CPU of other threads', () => {
  const used = (cpu_s: number | null, thread_cpu_s: number | null) => ({
    ...RUN,
    program: row('(program)', { cpu_s, thread_cpu_s }),
  });

  test('is not what another stage ran on this thread', () => {
    expect(kinds(EXAMPLES['off-thread'], used(90, 80))).toEqual([]);
    expect(of(EXAMPLES['off-thread'], used(90, 40)).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['off-thread', 50],
    ]);
  });

  test.each([
    ['if other threads of the program used as much', used(90, 20)],
    ['if the program was not measured', used(null, null)],
    ['if the end of the program was not measured', { ...used(90, 80), partial: true as const }],
  ])('is reported in full %s', (_, context) => {
    expect(of(EXAMPLES['off-thread'], context)[0]?.amount).toBe(70);
  });
});
