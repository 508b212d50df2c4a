import { describe, expect, test } from 'vitest';
import { InputTable } from '../../src/page/input-table.js';
import { inputsPart } from '../../src/page/inputs-part.js';
import { packReference, packValue, unpackValue } from '../../src/page/packed-value.js';
import type { FilePosition } from '../../src/records/positions.js';
import { ReportColumns } from '../../src/records/report-columns.js';
import { report, row } from '../support/report-fixture.js';

function columnsOf(wall: number, peak: number, stages: readonly string[] = ['load', 'parse']): ReportColumns {
  const columns = new ReportColumns();
  columns.fill(
    report({
      total_wall_s: wall,
      rss_kb_now: 5000,
      rss_kb_peak: 9999,
      total_cpu_s: null,
      process_inputs: 3,
      program: row('(program)', { wall_s: wall, rss_kb_peak_max: peak, rss_kb_delta: 1000, cpu_s: null }),
      stages: stages.map((stage, index) => row(stage, { wall_s: wall / (index + 2), rss_kb_peak_max: peak })),
    }),
  );
  return columns;
}

const input = (name: string, hash = 0, error: string | null = null) => ({
  name,
  hash,
  position: { file: 'records.jsonl', line: 1 },
  error,
});

describe('the inputs on a page', () => {
  test('have the numbers of their program, and what they added to the memory of the process', () => {
    const table = new InputTable<FilePosition>();
    table.add(input('a'), columnsOf(2, 8000));
    table.add(input('b', 0, 'timeout'), columnsOf(4, 6000));
    table.add(input('c'), undefined);
    const part = inputsPart(table.result())!;
    const values = Object.fromEntries(part.columns.map((column) => [column.key, column.values]));
    expect(values).toEqual({
      wall_s: [2, 4, null],
      rss_kb_peak_max: [8000, 6000, null],
      // 4,000 KiB were resident before.
      rss_kb_added: [4000, 2000, null],
    });
    expect(part.error.map((error) => part.errors[error])).toEqual(['', 'timeout', '']);
    expect(part.files).toEqual(['records.jsonl']);
    expect(part.total).toBe(3);
  });

  test('have the numbers of their stages to half a per cent', () => {
    const table = new InputTable<FilePosition>();
    table.add(input('a'), columnsOf(2, 8000));
    table.add(input('b'), columnsOf(40, 6000, ['parse', 'other']));
    const { stages, columns } = inputsPart(table.result())!;
    expect(stages!.labels).toEqual(['load', 'parse', 'other']);
    const [wall] = stages!.metrics;
    const told = wall!.packed.map((packed) =>
      packed.map((value, at) => unpackValue(value, packReference(columns[0]!.values[at]))),
    );
    const exact = [
      [1, null],
      [2 / 3, 20],
      [null, 40 / 3],
    ];
    told.forEach((values, stage) => {
      values.forEach((value, at) => {
        const expected = exact[stage]![at]!;
        if (expected === null) expect(value).toBeNull();
        else expect(Math.abs(value! / expected - 1)).toBeLessThan(0.0026);
      });
    });
  });

  test('leave out numbers of stages for which there is no room, and say so', () => {
    const table = new InputTable<FilePosition>();
    for (let at = 0; at < 10; at++) table.add(input(`i${at}`), columnsOf(2, 8000 + at, ['a', 'b', 'c', 'd']));
    const { stages, notes } = inputsPart(table.result(), 20)!;
    expect(stages!.labels).toEqual(['a', 'b']);
    expect(stages!.metrics.map(({ key }) => key)).toEqual(['wall_s']);
    expect(notes).toEqual(['The numbers of 2 stages with the least time are left out of the inputs.']);
  });

  test('leave out the stages after the first 256 labels, whoever read them, and say so', () => {
    const labels = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `stage${from + at}`);
    const few = ['The numbers of 196 stages with the least time are left out of the inputs.'];
    const lacking = [...few, 'Stages after the first 256 labels are left out of the inputs.'];
    const tableOf = (...inputs: string[][]) => {
      const table = new InputTable<FilePosition>();
      for (const [at, stages] of inputs.entries()) table.add(input(`i${at}`), columnsOf(2 + at, 8000, stages));
      return table;
    };
    expect(inputsPart(tableOf(labels(0, 256), labels(0, 3)).result())!.notes).toEqual(few);
    expect(inputsPart(tableOf(labels(0, 200), labels(200, 300)).result())!.notes).toEqual(lacking);

    // One of two threads has dropped labels itself, or the limit is only met where they come together.
    for (const [first, second] of [
      [labels(0, 300), labels(0, 3)],
      [labels(0, 200), labels(200, 300)],
    ] as const) {
      const merged = tableOf();
      for (const one of [first, second]) merged.absorb(structuredClone(tableOf(one).state()));
      const { stages, notes } = inputsPart(merged.result())!;
      expect(notes).toEqual(lacking);
      expect(stages!.labels).toHaveLength(60);
    }
  });

  test('are a sample where there are too many: the same in any order and any split, with the highest of each column', () => {
    const hash = (at: number) => (at * 2654435761) % 2 ** 32;
    const add = (table: InputTable<FilePosition>, at: number) =>
      table.add(input(`i${at}`, hash(at)), columnsOf(at === 700 ? 1000 : 1 + (at % 50) / 100, 8000 + (at % 31)));
    const whole = new InputTable<FilePosition>(40);
    for (let at = 0; at < 2000; at++) add(whole, at);
    const parts = [new InputTable<FilePosition>(40), new InputTable<FilePosition>(40)];
    for (let at = 1999; at >= 0; at--) add(parts[at % 2]!, at);
    const merged = new InputTable<FilePosition>(40);
    for (const part of parts) merged.absorb(structuredClone(part.state()));
    const lowest = Array.from({ length: 2000 }, (_, at) => at)
      .sort((a, b) => hash(a) - hash(b))
      .slice(0, 40);
    for (const table of [whole, merged]) {
      const { inputs, total } = table.result();
      expect(total).toBe(2000);
      const names = new Set(inputs.map(({ name }) => name));
      for (const at of [...lowest, 700]) expect(names).toContain(`i${at}`);
      expect(inputs.length).toBeLessThan(40 + 19 * 32);
      const part = inputsPart({ ...table.result() })!;
      expect(part.notes[0]).toMatch(/^\d+ inputs of 2,000 are shown: a sample by the hash of their names/);
    }
  });

  test('without any profile are those that failed, without numbers', () => {
    const table = new InputTable<FilePosition>();
    table.add(input('a'), undefined);
    table.add(input('b', 0, 'exit'), undefined);
    const part = inputsPart(table.result())!;
    expect(part).toMatchObject({ names: ['a', 'b'], columns: [], stages: null, total: 2 });
    expect(part.error.map((error) => part.errors[error])).toEqual(['', 'exit']);
  });

  test('are no section where nothing was measured and nothing failed', () => {
    const table = new InputTable<FilePosition>();
    for (const name of ['a', 'b']) table.add(input(name), undefined);
    expect(inputsPart(table.result())).toBeNull();
  });

  test('are no section where there is only one', () => {
    const table = new InputTable<FilePosition>();
    table.add(input('a'), columnsOf(2, 8000));
    expect(inputsPart(table.result())).toBeNull();
  });
});

test('a packed value is null, zero, or within a quarter of a per cent', () => {
  expect([null, Number.NaN, 0, -3].map((value) => unpackValue(packValue(value, 7), 7))).toEqual([null, null, 0, 0]);
  for (const value of [1e-9, 0.3, 7, 7.01, 1e9]) {
    expect(Math.abs(unpackValue(packValue(value, 7), 7)! / value - 1)).toBeLessThan(0.0026);
  }
});
