import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenCall } from '../../src/accounting/open-call.js';
import { measureTotals, rowsWithOpenCalls, wholeRun } from '../../src/accounting/totals.js';
import { toPairs } from '../../src/model/histogram.js';
import { COLLECTS, MEASURES, RSS_PEAKS, type StageProfilerOptions } from '../../src/model/options.js';
import { LEVEL_OF_PEAK, SAMPLE_LENGTH, SLOTS, type SlotName } from '../../src/model/sample-layout.js';
import { OptionalRecorder } from '../../src/profiler/optional-recorder.js';
import { COLUMNS, type RowStore } from '../../src/store/row-store.js';
import { CALL_CELLS, CALL_TAIL } from '../../src/store/state-memory.js';
import { AccountingRun } from '../support/accounting-run.js';
import { ScriptedSampler } from '../support/scripted-sampler.js';

/** What a script can set: the counts of modules come with their cells. */
const SET = SLOTS.filter((slot) => slot !== 'module_count' && slot !== 'live_module_count');

const LEVELS = Object.values(LEVEL_OF_PEAK);

type Which = number;

type Command =
  | { readonly do: 'pass'; readonly amounts: { readonly [S in SlotName]?: number } }
  | { readonly do: 'lose' | 'set'; readonly slot: SlotName; readonly value: number }
  | { readonly do: 'allocate' | 'hold'; readonly module: string; readonly bytes: number }
  | { readonly do: 'open'; readonly label: string; readonly under: Which }
  | { readonly do: 'close'; readonly which: Which; readonly fails: boolean }
  | { readonly do: 'open in vain'; readonly label: string; readonly under: Which; readonly isEntered: boolean }
  | { readonly do: 'open falling' | 'close oldest'; readonly count: number }
  | { readonly do: 'switch'; readonly to: Which }
  | { readonly do: 'wait' | 'report' };

const which = fc.nat(1_000);
/** Mostly under no stage, so that labels have several calls. */
const under = fc.oneof(fc.constant(0), which);
const label = fc.constantFrom('a', 'b', 'a.b', '__proto__');
const amount = fc.oneof(fc.integer({ min: -1_000, max: 100_000 }), fc.double({ min: 0, max: 1e13, noNaN: true }));
const module = fc.constantFrom('x.so', 'y.so', 'z.so');

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      amounts: fc.dictionary(fc.constantFrom(...SET), amount, { maxKeys: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose' as const),
      slot: fc.constantFrom(...SET.filter((slot) => slot !== 'wall_ns')),
      value: fc.constantFrom(Number.NaN, 0, 2 ** 40),
    }),
  },
  // Peaks that are lower than earlier ones need levels that fall.
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      slot: fc.constantFrom(...LEVELS),
      value: fc.integer({ min: 0, max: 10 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('allocate' as const, 'hold' as const),
      module,
      bytes: fc.integer({ min: -500, max: 5_000 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('open' as const), label, under }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('close' as const), which, fails: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('open in vain' as const), label, under, isEntered: fc.boolean() }),
  },
  // Peaks of many calls that do not end in the reverse order of opening are removed from time to time.
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('open falling' as const), count: fc.integer({ min: 1, max: 150 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('close oldest' as const), count: fc.integer({ min: 1, max: 150 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('switch' as const), to: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('wait' as const, 'report' as const) }) },
);

interface Settings {
  readonly options: StageProfilerOptions;
  readonly isExact: boolean;
  readonly isRecorded: boolean;
}

const settings: fc.Arbitrary<Settings> = fc.record({
  options: fc.record({
    measure: fc.oneof(fc.constant([...MEASURES]), fc.subarray([...MEASURES])),
    collect: fc.constantFrom(...COLLECTS),
    rssPeak: fc.constantFrom(...RSS_PEAKS),
    maxLabels: fc.constantFrom(1, 3, 4096),
  }),
  isExact: fc.boolean(),
  isRecorded: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** One of two runs of the same program. */
class Run {
  readonly run: AccountingRun;
  readonly reported: RowStore[] = [];
  private readonly open: OpenCall[] = [];
  private readonly recorder: OptionalRecorder;

  constructor({ options, isExact }: Settings, folds: typeof ScriptedSampler.folds, recorderPath: string | null) {
    const choice = recorderPath === null ? null : { path: recorderPath, keep: false, fallbacks: [], small: true };
    this.recorder = new OptionalRecorder(choice, 64);
    ScriptedSampler.folds = folds;
    this.run = new AccountingRun(options, isExact, new ScriptedSampler(), this.recorder.memory);
    this.run.sampler.watchLoop();
  }

  get rows(): RowStore {
    return this.run.accounting.store;
  }

  get calls(): readonly OpenCall[] {
    return [this.run.outside, ...this.open];
  }

  do(command: Command): void {
    const { run } = this;
    const { accounting, sampler } = run;
    const callAt = (position: Which): OpenCall => this.calls[position % this.calls.length]!;
    switch (command.do) {
      case 'pass':
        sampler.advance(command.amounts);
        return;
      case 'lose':
      case 'set':
        sampler.set({ [command.slot]: command.value });
        return;
      case 'allocate':
        sampler.allocate(command.module, Math.abs(command.bytes));
        return;
      case 'hold':
        sampler.allocate(command.module, 0);
        sampler.hold(command.module, command.bytes);
        return;
      case 'open':
        this.enter(command.label, callAt(command.under));
        return;
      case 'open in vain': {
        const parent = callAt(command.under);
        const call = accounting.open(accounting.labels.child(parent.node, command.label), parent);
        if (command.isEntered) accounting.enter(call);
        accounting.discard(call);
        return;
      }
      case 'close':
        this.close(command.which, command.fails);
        return;
      case 'open falling':
        for (let level = command.count; level > 0; level--) {
          sampler.set(Object.fromEntries(LEVELS.map((slot) => [slot, level])));
          this.enter('a', run.outside);
        }
        return;
      case 'close oldest':
        for (let i = 0; i < command.count; i++) this.close(0, false);
        return;
      case 'switch':
        accounting.selfTimes?.switchTo(callAt(command.to).node);
        return;
      case 'wait':
        sampler.wait();
        return;
      case 'report':
        measureTotals(accounting);
        this.reported.push(rowsWithOpenCalls(accounting), wholeRun(accounting));
    }
  }

  private enter(name: string, parent: OpenCall): void {
    const { accounting } = this.run;
    const call = accounting.open(accounting.labels.child(parent.node, name), parent);
    accounting.enter(call);
    accounting.selfTimes?.resume(call.node);
    this.open.push(call);
  }

  private close(which: Which, fails: boolean): void {
    if (this.open.length === 0) return;
    const { accounting } = this.run;
    const [call] = this.open.splice(which % this.open.length, 1);
    const { parent } = call!;
    accounting.finish(call!, fails, null);
    accounting.selfTimes?.resume(parent!.node);
  }

  end(): void {
    this.recorder.close();
  }
}

function columnsOf(rows: RowStore): unknown[] {
  return Array.from({ length: rows.length }, (_, row) => [
    COLUMNS.map((field, column) => [field, rows.get(row, column)]),
    toPairs(rows.durations(row)),
  ]);
}

/** A NaN is one whatever its bits, and -0 is not 0. */
function expectSameNumbers(a: Iterable<number>, b: Iterable<number>): void {
  expect([...a]).toEqual([...b]);
}

function expectSame(js: Run, native: Run): void {
  const stores = (run: Run): RowStore[] => [run.rows, ...run.reported];
  for (const [i, rows] of stores(js).entries()) {
    const others = stores(native)[i]!;
    if (Buffer.from(rows.cells.buffer).equals(Buffer.from(others.cells.buffer))) continue;
    // Slower, and tells where they differ.
    expect(columnsOf(rows)).toEqual(columnsOf(others));
    expect.unreachable('the rows differ in their bits');
  }
  const tail = CALL_CELLS - CALL_TAIL.length;
  const slots = Array.from(js.run.accounting.plan.deltaSlots);
  for (const [i, { entry, isMeasured }] of js.calls.entries()) {
    const other = native.calls[i]!.entry;
    expect(isMeasured).toBe(true);
    expectSameNumbers(entry.subarray(tail), other.subarray(tail));
    expectSameNumbers(
      slots.map((slot) => entry[slot]!),
      slots.map((slot) => other[slot]!),
    );
  }
  expectSameNumbers(
    js.run.sampler.slots.subarray(0, SAMPLE_LENGTH),
    native.run.sampler.slots.subarray(0, SAMPLE_LENGTH),
  );
  expect(js.run.accounting.fold.peakEntries()).toBe(native.run.accounting.fold.peakEntries());
}

test('the fold of the addon and that in TypeScript make the same rows of any program, to the bit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-folds-'));
  let recorders = 0;
  const pathOf = ({ isRecorded }: Settings): string | null =>
    isRecorded ? join(folder, `${recorders++}.stageprof`) : null;
  try {
    fc.assert(
      fc.property(settings, fc.array(command, { minLength: 1, maxLength: 80 }), (given, commands) => {
        const js = new Run(given, 'in TypeScript', pathOf(given));
        const native = new Run(given, 'in native code', pathOf(given));
        expect(native.run.accounting.fold.constructor).toBe(Object);
        for (const each of commands) {
          js.do(each);
          native.do(each);
        }
        expectSame(js, native);
        js.end();
        native.end();
      }),
      { numRuns: 400 },
    );
    expect(recorders).toBeGreaterThan(10);
  } finally {
    ScriptedSampler.folds = 'in TypeScript';
    rmSync(folder, { recursive: true, force: true });
  }
});
