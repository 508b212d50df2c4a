/** `stageprof/opentelemetry`: stages as spans. Needs `@opentelemetry/api` beside it, an optional peer dependency. */
import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { Error } from './host/intrinsics.js';
import type { StageMessage } from './model/stage-message.js';
import { readStages } from './profiler/channel-reader.js';

export interface TraceStagesOptions {
  /** Default: `trace.getTracer('stageprof')` of the provider that is registered. */
  readonly tracer?: Tracer;
}

interface StageSpan {
  readonly span: Span;
  /**
   * Milliseconds since 1970 at which `performance.now()` would have been zero, as the outermost stage has found it.
   * Inner stages use the same value, or a step of the system's clock would move them out of the outermost.
   */
  readonly zeroMs: number;
}

/**
 * From now on each stage of this thread that opens is a span. Its parent is the span of the stage around it; for an
 * outermost stage, the span that is active where the stage opens. A stage that fails has status ERROR, and the
 * exception as an event.
 *
 * @returns stops making spans; those of stages that are then open are never ended, and so are not exported
 */
export function traceStages({ tracer = trace.getTracer('stageprof') }: TraceStagesOptions = {}): () => void {
  const spans = new WeakMap<StageMessage, StageSpan>();
  return readStages('stageprof/opentelemetry', {
    opened(message) {
      const around = message.parent === null ? undefined : spans.get(message.parent);
      const nowMs = performance.now();
      const zeroMs = around?.zeroMs ?? Date.now() - nowMs;
      const parent = around === undefined ? context.active() : trace.setSpan(context.active(), around.span);
      spans.set(message, { span: tracer.startSpan(message.label, { startTime: zeroMs + nowMs }, parent), zeroMs });
    },
    closed(message) {
      const own = spans.get(message);
      // The stage was opened before the first call of traceStages.
      if (own === undefined) return;
      const { span, zeroMs } = own;
      if (message.failed) markFailed(span, message.error);
      span.end(zeroMs + message.startMs! + message.wallNs! / 1e6);
    },
  });
}

function markFailed(span: Span, error: unknown): void {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : inspect(error);
  span.recordException(error instanceof Error ? error : text);
  span.setStatus({ code: SpanStatusCode.ERROR, message: text });
}
