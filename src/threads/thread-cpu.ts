import type { ProfilerSettings } from '../model/options.js';
import { absent } from '../model/sources.js';
import type { ThreadCpu } from '../model/thread-cpu.js';
import { loadBinding } from '../native/load-addon.js';
import { ThreadWatch } from './thread-watch.js';

/** CPU by group of threads, as a profiler reads it. */
export interface ThreadReadings {
  read(): ThreadCpu;
  /** After it, `read` answers what was read at the end. */
  close(): void;
}

/** Readings from now on. Where CPU is not measured, or there is no addon, they say why there are none. */
export function openThreads({ sampler, threads }: ProfilerSettings): ThreadReadings {
  if (!sampler.cpu) return unread('not in the "measure" option');
  const loaded = loadBinding();
  return loaded.binding === null ? unread(loaded.missing) : new OpenThreads(new ThreadWatch(loaded.binding), threads);
}

class OpenThreads implements ThreadReadings {
  private final: ThreadCpu | null = null;

  /**
   * @param inReport whether they will be in the report: then threads are looked at from the start, and kept at the end
   */
  constructor(
    private readonly watch: ThreadWatch,
    private readonly inReport: boolean,
  ) {
    if (inReport) watch.look();
  }

  read(): ThreadCpu {
    return this.final ?? this.watch.read();
  }

  close(): void {
    this.final ??= this.inReport
      ? this.watch.read()
      : none('the profiler is closed; with the option "threads" they are kept');
  }
}

function none(reason: string): ThreadCpu {
  return { source: absent(reason), groups: [] };
}

function unread(reason: string): ThreadReadings {
  return { read: () => none(reason), close: () => {} };
}
