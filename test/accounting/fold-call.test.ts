import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { foldCall, octaveCell } from '../../src/accounting/fold-call.js';
import { compileFolds } from '../../src/accounting/fold-plan.js';
import { GROUPS } from '../../src/model/metrics.js';
import { OCTAVE_COUNT } from '../../src/model/octaves.js';
import { MODULE_CELLS, SAMPLE_LENGTH, SLOT_COUNT, type SlotName, slotIndex } from '../../src/model/sample-layout.js';
import { columnOf, MODULE_COLUMNS, OCTAVE_COLUMNS, RowStore } from '../../src/store/row-store.js';

const PLAN = compileFolds(new Set(GROUPS), new Set());
const NOT_MEASURED = Number.NaN;

function sample(values: { readonly [S in SlotName]?: number }, modules: readonly number[] = []): Float64Array {
  const slots = new Float64Array(SAMPLE_LENGTH).fill(NOT_MEASURED);
  for (const [slot, value] of Object.entries(values)) slots[slotIndex[slot as SlotName]] = value;
  slots.set(modules, SLOT_COUNT);
  return slots;
}

function fold(store: RowStore, entry: Float64Array, now: Float64Array, selfNs = 0, peak = NOT_MEASURED): void {
  const highest = new Float64Array(PLAN.peaks.length).fill(peak);
  foldCall(
    PLAN,
    entry,
    now,
    selfNs,
    NOT_MEASURED,
    highest,
    store.cells,
    store.offset(0),
    octaveCell(store.cells, 0, 0),
  );
}

function oneRow(): RowStore {
  const store = new RowStore();
  store.addRow('a');
  return store;
}

const get = (store: RowStore, field: string): number => store.get(0, columnOf(field));
const modulesOf = (store: RowStore, count: number): number[] =>
  Array.from({ length: count }, (_, module) => store.get(0, MODULE_COLUMNS + module));

describe('a fold', () => {
  test('adds differences and self times, and keeps the longest call and the highest peak', () => {
    const store = oneRow();
    fold(store, sample({ wall_ns: 10, js_used_bytes: 50 }), sample({ wall_ns: 30, js_used_bytes: 20 }), 15, 900);
    fold(store, sample({ wall_ns: 30, js_used_bytes: 20 }), sample({ wall_ns: 35, js_used_bytes: 25 }), 5, 400);
    const fields = ['wall_s', 'wall_self_s', 'wall_max_s', 'js_kb_delta', 'js_kb_peak_max'];
    expect(fields.map((field) => get(store, field))).toEqual([25, 20, 20, -25, 900]);
  });

  test('adds the growth of the resident set to the octave that it is given, if it was measured', () => {
    const store = oneRow();
    const highest = new Float64Array(PLAN.peaks.length).fill(NOT_MEASURED);
    const foldInto = (octave: number, rss_bytes: number) => {
      const entry = sample({ wall_ns: 0, rss_bytes: 100 });
      foldCall(PLAN, entry, sample({ wall_ns: 1, rss_bytes }), 1, NOT_MEASURED, highest, store.cells, 0, octave);
    };
    const before = store.cells.slice();
    foldInto(octaveCell(store.cells, 0, 0), 130);
    foldInto(octaveCell(store.cells, 0, 3), 90);
    foldInto(octaveCell(store.cells, 0, 4), 95);
    foldInto(octaveCell(store.cells, 0, 0), NOT_MEASURED);
    expect([0, 1, 2, 3].map((octave) => store.get(0, OCTAVE_COLUMNS + octave))).toEqual([
      30,
      NOT_MEASURED,
      -15,
      NOT_MEASURED,
    ]);
    store.cells.set(before);
    foldInto(-1, 500);
    expect(store.cells.subarray(OCTAVE_COLUMNS, OCTAVE_COLUMNS + OCTAVE_COUNT).every(Number.isNaN)).toBe(true);
  });

  test('leaves a cell as it is where its slot was not measured', () => {
    const store = oneRow();
    fold(store, sample({ wall_ns: 0, read_bytes: 4 }), sample({ wall_ns: 1, read_bytes: 9 }), 1, 7);
    fold(store, sample({ wall_ns: 1 }), sample({ wall_ns: 2, read_bytes: 20 }), NOT_MEASURED, NOT_MEASURED);
    expect([get(store, 'read_kb'), get(store, 'wall_self_s'), get(store, 'js_kb_peak_max')]).toEqual([5, 1, 7]);
    expect(get(store, 'cpu_self_s')).toBeNaN();
  });

  test('counts a module that was loaded during the call from zero', () => {
    const store = oneRow();
    // The cell behind the one module of the entry still has the value of an older call.
    const entry = sample({ wall_ns: 0, module_count: 1 }, [100, 70]);
    fold(store, entry, sample({ wall_ns: 1, module_count: 2 }, [130, 80, 999]));
    expect(modulesOf(store, 3)).toEqual([30, 80, 0]);
  });

  test('ends even if its recorder is damaged, and adds only what a module can have allocated', () => {
    const store = oneRow();
    const now = sample({ wall_ns: 1, module_count: 2 ** 50 }, [5, NOT_MEASURED, 40]);
    fold(store, sample({ wall_ns: 0, module_count: 3 }, [7, 0, 0]), now);
    expect(modulesOf(store, MODULE_CELLS)).toEqual([0, 0, 40, ...Array(MODULE_CELLS - 3).fill(0)]);
  });
});

test('V8 can inline it: it has no more than 460 bytes of bytecode', () => {
  const url = new URL('../../dist/accounting/fold-call.js', import.meta.url).href;
  const program = `
    const { foldCall } = await import(${JSON.stringify(url)});
    const none = { deltaSlots: [], deltaColumns: [], peakColumns: [] };
    const cells = new Float64Array(1000);
    foldCall(none, cells, cells, 0, 0, cells, cells, 0, 0);`;
  const flags = ['--print-bytecode', '--print-bytecode-filter=foldCall', '--input-type=module', '--eval', program];
  const printed = execFileSync(process.execPath, flags, {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  const [, bytes] = /^Bytecode length: (\d+)$/m.exec(printed)!;
  expect(Number(bytes)).toBeLessThanOrEqual(460);
});
