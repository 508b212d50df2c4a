import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, type ContextManager, context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { traceStages } from '../src/opentelemetry.js';
import { StageProfiler } from '../src/profiler/stage-profiler.js';

/** A context manager, as @opentelemetry/context-async-hooks has it. */
class AsyncContexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();
  active = () => this.storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, fn, self, ...args) =>
    this.storage.run(active, () => fn.apply(self as ThisParameterType<typeof fn>, args));
  bind: ContextManager['bind'] = (_context, target) => target;
  enable = () => this;
  disable = () => this;
}

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = provider.getTracer('test');
let profiler: StageProfiler;
let stop = () => {};
beforeEach(() => {
  profiler = new StageProfiler();
  stop = traceStages({ tracer });
});
afterEach(() => {
  stop();
  profiler.close();
  exporter.reset();
  trace.disable();
  context.disable();
});

/** Finished spans by name. Fails if two have the same name. */
function spans(): Map<string, ReadableSpan> {
  const finished = exporter.getFinishedSpans();
  const byName = new Map(finished.map((span) => [span.name, span]));
  expect(byName.size).toBe(finished.length);
  return byName;
}

const parentsOf = (all: Map<string, ReadableSpan>) => {
  const names = new Map([...all.values()].map((span) => [span.spanContext().spanId, span.name]));
  return Object.fromEntries(
    [...all.values()].map((span) => [span.name, names.get(span.parentSpanContext?.spanId ?? '')]),
  );
};

const msOf = ([seconds, nanoseconds]: [number, number]) => seconds * 1000 + nanoseconds / 1e6;

describe('stages as spans', () => {
  test('have the stage around them as parent, also under Promise.all', async () => {
    await profiler.stage('a', async () => {
      await Promise.all([
        profiler.stage('b', async () => {
          await sleep(2);
          const handle = profiler.stage('c');
          handle.end();
        }),
        profiler.stage('d', () => sleep(1).then(() => profiler.stage('e', () => sleep(3)))),
      ]);
    });
    const all = spans();
    expect(parentsOf(all)).toEqual({ a: undefined, 'a.b': 'a', 'a.b.c': 'a.b', 'a.d': 'a', 'a.d.e': 'a.d' });
    expect(new Set([...all.values()].map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  test('last as long as the stage, and lie within their parents', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `b${index}`);
    const beganMs = Date.now();
    await profiler.stage('a', async () => {
      for (const name of names) await profiler.stage(name, () => sleep(20));
    });
    const endedMs = Date.now();
    const all = spans();
    const outer = all.get('a')!;
    const { stages } = profiler.report();
    const excessMs = names.map((name) => {
      const inner = all.get(`a.${name}`)!;
      expect(msOf(inner.startTime)).toBeGreaterThanOrEqual(msOf(outer.startTime));
      expect(msOf(inner.endTime)).toBeLessThanOrEqual(msOf(outer.endTime));
      return msOf(inner.duration) - stages.find(({ stage }) => stage === `a.${name}`)!.wall_s! * 1000;
    });
    // The span starts before the first reading of the stage, and another process may take the CPU in between.
    expect(Math.min(...excessMs)).toBeGreaterThanOrEqual(-0.01);
    expect(Math.min(...excessMs)).toBeLessThan(5);
    // By another clock, which may be set while this runs.
    expect(msOf(outer.startTime)).toBeGreaterThan(beganMs - 1_000);
    expect(msOf(outer.endTime)).toBeLessThan(endedMs + 1_000);
  });

  test('are children of the active span if they are outermost', async () => {
    context.setGlobalContextManager(new AsyncContexts());
    const served = ['one', 'two'].map(async (name) => {
      const request = tracer.startSpan(name);
      await context.with(trace.setSpan(context.active(), request), async () => {
        await sleep(1);
        await profiler.stage(`in ${name}`, () => sleep(1));
      });
      request.end();
    });
    await Promise.all(served);
    expect(parentsOf(spans())).toEqual({ one: undefined, two: undefined, 'in one': 'one', 'in two': 'two' });
  });

  test('have the status and the exception if they failed', async () => {
    await expect(profiler.stage('a', () => Promise.reject(new TypeError('boom')))).rejects.toThrow('boom');
    expect(() =>
      profiler.stage('b', () => {
        throw 'text';
      }),
    ).toThrow('text');
    profiler.stage('c', () => {});
    const all = spans();
    expect(all.get('a')!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'boom' });
    expect(all.get('a')!.events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }]);
    expect(all.get('b')!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'text' });
    expect(all.get('c')!.status).toEqual({ code: SpanStatusCode.UNSET });
  });

  test('end even if a thrown value cannot become text', () => {
    const odd = Object.create(null);
    expect(() =>
      profiler.stage('a', () => {
        throw odd;
      }),
    ).toThrow();
    expect(spans().get('a')!.status.code).toBe(SpanStatusCode.ERROR);
  });

  test('are not made for stages that were open before, or after the bridge is stopped', () => {
    stop();
    const early = profiler.stage('early');
    stop = traceStages({ tracer });
    early.end();
    profiler.stage('traced').end();
    stop();
    profiler.stage('late').end();
    expect([...spans().keys()]).toEqual(['traced']);
  });

  test('come from the registered provider if no tracer is given', () => {
    stop();
    trace.setGlobalTracerProvider(provider);
    stop = traceStages();
    profiler.stage('a').end();
    expect(spans().get('a')!.instrumentationScope.name).toBe('stageprof');
  });
});
