import { expect } from 'vitest';
import type { Attribution } from '../../src/model/options.js';
import type { Stage } from '../../src/model/profiler.js';
import { scripted } from './scripted-sampler.js';
import type { Command, Pick } from './stage-commands.js';
import { asyncContextHere } from './workloads.js';

/** A call of the model, which keeps everything of every call. */
export class NaiveCall {
  open = true;
  failed = false;
  wall = 0;
  cpu = 0;
  selfWall = 0;
  selfCpu = 0;
  highestKib: number;
  /** All calls that were open at some time while this one was. */
  readonly beside = new Set<NaiveCall>();
  /** For a handle: the turn in which it was opened, and whether a stage was opened under it in a later turn. */
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

/** An async context, in which stages are opened. */
interface Context {
  readonly call: NaiveCall | null;
  readonly outer: Context | null;
  readonly handles: NaiveCall[];
  run<T>(fn: () => T): T;
}

/** Runs commands on a profiler and, beside it, on the naive model. */
export class Both {
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

  /** CPU of this thread by the label whose code ran; '' is outside of any stage. */
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

  /** Runs the body of the call that was just entered. */
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

  /** Opens a call in a context. Returns null where more than one parent could be right. */
  private opened(context: Context, name: string): NaiveCall | null {
    const around = context.handles.at(-1) ?? context.call;
    let parent = around;
    if (around !== null && !around.open) {
      while (parent !== null && !parent.open) parent = parent.parent;
      let outer: Context | null = context;
      while (outer.call !== null && !outer.call.open) outer = outer.outer!;
      // There is a handle around a callback that has ended, or one of its ancestors has ended meanwhile.
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
