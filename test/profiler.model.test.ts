import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attribution } from '../src/options.js';
import type { Report, StageRow } from '../src/report/report.js';
import type { Stage } from '../src/types.js';
import { scripted } from './scripted-sampler.js';
import { asyncContextHere } from './workloads.js';

/** A number picks among what there is at that moment, modulo how many there are. */
type Pick = number;

type Command =
  | { readonly do: 'pass'; readonly wall: number; readonly cpu: number; readonly thread: number }
  | { readonly do: 'use heap'; readonly kib: number }
  | { readonly do: 'open a handle'; readonly where: Pick; readonly label: string }
  | { readonly do: 'end a handle'; readonly which: Pick }
  | { readonly do: 'start a call'; readonly where: Pick; readonly label: string }
  | { readonly do: 'settle a call'; readonly which: Pick; readonly fails: boolean }
  | {
      readonly do: 'run';
      readonly where: Pick;
      readonly label: string;
      readonly body: Command[];
      readonly fails: boolean;
    };

const label = fc.constantFrom('a', 'b', 'c', 'a.b', '__proto__');
const { command } = fc.letrec<{ command: Command }>((tie) => ({
  command: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ do: fc.constant('pass' as const), wall: fc.nat(1_000), cpu: fc.nat(1_000), thread: fc.nat(1_000) }),
    fc.record({ do: fc.constant('use heap' as const), kib: fc.nat(100) }),
    fc.record({ do: fc.constant('open a handle' as const), where: fc.nat(), label }),
    fc.record({ do: fc.constant('end a handle' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('start a call' as const), where: fc.nat(), label }),
    fc.record({ do: fc.constant('settle a call' as const), which: fc.nat(), fails: fc.boolean() }),
    fc.record({
      do: fc.constant('run' as const),
      where: fc.nat(),
      label,
      body: fc.array(tie('command'), { maxLength: 6 }),
      fails: fc.boolean(),
    }),
  ),
}));

/** What the model knows of a call: everything, for ever. */
class NaiveCall {
  open = true;
  failed = false;
  wall = 0;
  cpu = 0;
  selfWall = 0;
  selfCpu = 0;
  highestKib: number;
  /** All calls that were open at a time when this one was. */
  readonly beside = new Set<NaiveCall>();
  /** Of a handle: the turn it was opened in, and whether a later one opened a stage under it. */
  turn = 0;
  isAcrossAwait = false;

  constructor(
    readonly label: string,
    readonly parent: NaiveCall | null,
    kib: number,
  ) {
    this.highestKib = kib;
  }

  isInside(other: NaiveCall): boolean {
    return this.parent === other || (this.parent?.isInside(other) ?? false);
  }

  get isOverlapped(): boolean {
    return [...this.beside].some((other) => !this.isInside(other) && !other.isInside(this));
  }
}

/** An async context: where stages are opened. */
interface Context {
  readonly call: NaiveCall | null;
  readonly outer: Context | null;
  readonly handles: NaiveCall[];
  run<T>(fn: () => T): T;
}

/** Runs commands on a profiler and, beside it, on the naive model. */
class Both {
  readonly profiler;
  readonly calls: NaiveCall[] = [];
  total = { wall: 0, cpu: 0 };
  outside = { wall: 0, cpu: 0 };
  outOfOrder = 0;
  late = 0;
  turn = 0;
  firstAcrossAwait: string | undefined;
  private readonly sampler;
  private kib = 0;
  highestKib = 0;
  private readonly contexts: Context[] = [{ call: null, outer: null, handles: [], run: asyncContextHere() }];
  private readonly handles: { readonly handle: Stage; readonly call: NaiveCall; readonly context: Context }[] = [];
  private readonly pending: { readonly call: NaiveCall; settle(fails: boolean): Promise<unknown> }[] = [];

  /** Of this thread, by the label whose code ran; '' is outside any stage. */
  readonly thread = new Map<string, number>();
  private running: Context;

  constructor(attribution: Attribution) {
    const { profiler, sampler } = scripted({ attribution });
    this.running = this.contexts[0]!;
    this.profiler = profiler;
    this.sampler = sampler;
  }

  get open(): NaiveCall[] {
    return this.calls.filter((call) => call.open);
  }

  async runAll(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      if (command.do === 'settle a call') {
        await this.settle(command.which, command.fails);
        this.turn++;
      } else this.run(command);
    }
  }

  private run(command: Command): void {
    switch (command.do) {
      case 'pass':
        this.pass(command);
        break;
      case 'use heap':
        this.sampler.set({ js_used_bytes: command.kib * 1024 });
        this.kib = command.kib;
        this.highestKib = Math.max(this.highestKib, command.kib);
        for (const call of this.open) call.highestKib = Math.max(call.highestKib, command.kib);
        break;
      case 'open a handle': {
        const context = this.contextAt(command.where);
        const call = this.opened(context, command.label);
        if (call === null) break;
        const handle = context.run(() => this.profiler.stage(command.label));
        expect(handle.label).toBe(call.label);
        call.turn = this.turn;
        context.handles.push(call);
        this.handles.push({ handle, call, context });
        break;
      }
      case 'end a handle': {
        const [ending] = this.handles.splice(command.which % Math.max(1, this.handles.length), 1);
        if (ending === undefined) break;
        const { handle, call, context } = ending;
        if (context.handles.at(-1) !== call) this.outOfOrder++;
        context.handles.splice(context.handles.indexOf(call), 1);
        call.open = false;
        handle.end();
        handle.end();
        break;
      }
      case 'start a call': {
        const outer = this.contextAt(command.where);
        const call = this.opened(outer, command.label);
        if (call === null) break;
        let settle = (_fails: boolean): void => {};
        const promise = outer.run(() =>
          this.profiler.stage(command.label, () => {
            this.enter(call, outer);
            return new Promise<void>((resolve, reject) => (settle = (fails) => (fails ? reject(call) : resolve())));
          }),
        );
        this.pending.push({
          call,
          settle(fails) {
            settle(fails);
            return promise.catch((reason: unknown) => expect(reason).toBe(call));
          },
        });
        break;
      }
      case 'run': {
        const outer = this.contextAt(command.where);
        const call = this.opened(outer, command.label);
        if (call === null) break;
        const result = {};
        try {
          const returned = outer.run(() =>
            this.profiler.stage(command.label, () => {
              this.enter(call, outer);
              this.runInside(command.body);
              call.open = false;
              call.failed = command.fails;
              if (command.fails) throw call;
              return result;
            }),
          );
          expect(returned).toBe(result);
        } catch (error) {
          if (error !== call) throw error;
        }
      }
    }
  }

  /** The body of the call just entered. */
  private runInside(body: readonly Command[]): void {
    const around = this.running;
    this.running = this.contexts.at(-1)!;
    for (const inner of body) this.run(inner);
    this.running = around;
  }

  private async settle(which: Pick, fails: boolean): Promise<void> {
    const [settling] = this.pending.splice(which % Math.max(1, this.pending.length), 1);
    if (settling === undefined) return;
    settling.call.open = false;
    settling.call.failed = fails;
    await settling.settle(fails);
  }

  private pass({ wall, cpu, thread }: { wall: number; cpu: number; thread: number }): void {
    this.sampler.advance({ wall_ns: wall, process_cpu_ns: cpu, thread_cpu_ns: thread, js_alloc_bytes: thread * 1024 });
    const running = (this.running.handles.at(-1) ?? this.running.call)?.label ?? '';
    this.thread.set(running, (this.thread.get(running) ?? 0) + thread);
    const { open } = this;
    this.total = { wall: this.total.wall + wall, cpu: this.total.cpu + cpu };
    if (open.length === 0) this.outside = { wall: this.outside.wall + wall, cpu: this.outside.cpu + cpu };
    for (const call of open) {
      call.wall += wall;
      call.cpu += cpu;
      if (open.some((other) => other.isInside(call))) continue;
      call.selfWall += wall;
      call.selfCpu += cpu;
    }
  }

  private contextAt(where: Pick): Context {
    return this.contexts[where % this.contexts.length]!;
  }

  private enter(call: NaiveCall, outer: Context): void {
    this.contexts.push({ call, outer, handles: [], run: asyncContextHere() });
  }

  /** The call to be opened in a context; null where its parent would be a matter of opinion. */
  private opened(context: Context, name: string): NaiveCall | null {
    const around = context.handles.at(-1) ?? context.call;
    let parent = around;
    if (around !== null && !around.open) {
      while (parent !== null && !parent.open) parent = parent.parent;
      let outer: Context | null = context;
      while (outer.call !== null && !outer.call.open) outer = outer.outer!;
      // A handle around an ended callback, or an ancestor of it that has ended meanwhile.
      if (outer.call !== parent) return null;
      this.late++;
    }
    const handle = context.handles.at(-1);
    if (handle !== undefined && handle.turn !== this.turn) {
      handle.isAcrossAwait = true;
      this.firstAcrossAwait ??= handle.label;
    }
    const call = new NaiveCall(around === null ? name : `${around.label}.${name}`, parent, this.kib);
    for (const other of this.open) {
      other.beside.add(call);
      call.beside.add(other);
    }
    this.calls.push(call);
    return call;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Calls that are open have used what they have used so far, but count only when they end. */
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

/** What holds of every report in which no call overlaps another. */
function expectConserved({ stages, ...header }: Report): void {
  const self = (field: 'wall_self_s' | 'cpu_self_s'): number => sum(stages.map((row) => row[field] ?? 0));
  expect(self('wall_self_s') + header.outside_wall_s).toBeCloseTo(header.total_wall_s, 12);
  expect(self('cpu_self_s') + header.outside_cpu_s!).toBeCloseTo(header.total_cpu_s!, 12);
}

/** Charged to the label whose code ran, and to all labels above it. */
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

test('of stages that end in the reverse order of opening, self times add up and peaks nest', () => {
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
        // Of a dotted label the part before the dot may be a row without calls around this one.
        if (parent === undefined || stage.includes('a.b')) continue;
        expect(parent.js_kb_peak_max).toBeGreaterThanOrEqual(row.js_kb_peak_max!);
        expect(parent.wall_s).toBeGreaterThanOrEqual(row.wall_s!);
      }
    }),
    { numRuns: 300 },
  );
});
