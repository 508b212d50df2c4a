// One call of a stage around some work, in the forms that a program may have. See kinds/pace.js for the program.
import { activeProfiler, nullProfiler, StageProfiler } from '../../dist/index.js';
import { CALIPER_LIBRARY } from '../launch.js';
import { loadNativeAddon } from '../native-addon.js';
import { open as openByHand } from './by-hand.js';

const LABEL = 'extract';

/**
 * @param {{
 *   form: keyof typeof FORMS, measure?: readonly string[], attribution?: 'boundary' | 'exact', sharedSamples?: boolean
 * }} options
 */
export function open({ form, ...options }) {
  return FORMS[form](options);
}

const FORMS = {
  nothing: () => ({ call: (work) => work() }),

  /** The readings of a full stage in C, a call at each end. */
  floor() {
    const { floorRead } = loadNativeAddon();
    return {
      call(work) {
        floorRead();
        work();
        floorRead();
      },
    };
  },

  'by hand': openByHand,

  async span() {
    const { BasicTracerProvider, NoopSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
    const tracer = new BasicTracerProvider({ spanProcessors: [new NoopSpanProcessor()] }).getTracer('bench');
    return {
      call(work) {
        const span = tracer.startSpan(LABEL);
        work();
        span.end();
      },
    };
  },

  /** Time only, or with the resident set, as its services say. */
  caliper({ services }) {
    // Caliper reads its settings when the library is loaded.
    Object.assign(process.env, { CALI_SERVICES_ENABLE: services, CALI_LOG_VERBOSITY: '0' });
    const { caliperOpen, caliperBegin, caliperEnd } = loadNativeAddon();
    caliperOpen(process.env[CALIPER_LIBRARY]);
    return {
      call(work) {
        caliperBegin(LABEL);
        work();
        caliperEnd(LABEL);
      },
    };
  },

  /** Entries are kept until they are cleared, which is part of what they cost. */
  'mark and measure'() {
    const { performance } = globalThis;
    return {
      call(work) {
        performance.mark(LABEL);
        work();
        performance.measure(LABEL, LABEL);
        performance.clearMarks();
        performance.clearMeasures();
      },
    };
  },

  handle: (options) => handle(new StageProfiler(options)),
  callback: (options) => callback(new StageProfiler(options)),
  'with a child': (options) => withChild(new StageProfiler(options)),
  'two in a row': (options) => twoInARow(new StageProfiler(options)),
  'null handle': () => handle(nullProfiler),
  'null callback': () => callback(nullProfiler),

  'active handle'() {
    const profiler = activeProfiler();
    if (!profiler.enabled) throw new Error('no profiler is active: the trial was not started under stageprof run');
    return handle(profiler);
  },
};

function handle(profiler) {
  return {
    call(work) {
      const stage = profiler.stage(LABEL);
      work();
      stage.end();
    },
  };
}

/** A stage whose first step is a stage of its own. */
function withChild(profiler) {
  return {
    call(work) {
      const stage = profiler.stage(LABEL);
      const child = profiler.stage('child');
      work();
      child.end();
      stage.end();
    },
  };
}

/** Two stages, of which the second begins where the first ends. */
function twoInARow(profiler) {
  return {
    call(work) {
      const first = profiler.stage(LABEL);
      work();
      first.end();
      profiler.stage('next').end();
    },
  };
}

function callback(profiler) {
  return {
    call(work) {
      profiler.stage(LABEL, work);
    },
  };
}
