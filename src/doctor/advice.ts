import type { SourceName, Truth } from '../model/sources.js';
import type { TrackerFile } from '../native/tracker-file.js';
import type { Capabilities } from '../profiler/capabilities.js';
import type { Machine } from './machine.js';

/** How Node says that addons are switched off, or that its permission model does not allow them. */
const FORBIDDEN = /loading addons is disabled|access to this api has been restricted/i;

/** What to do where the addon is not loaded; undefined where it is. */
export function addonAdvice({ addon }: Capabilities, { platform, arch }: Machine): string | undefined {
  if (addon.available) return undefined;
  if (addon.reason?.includes('STAGEPROF_NO_ADDON') === true) return 'unset STAGEPROF_NO_ADDON';
  if (addon.reason !== undefined && FORBIDDEN.test(addon.reason)) {
    return 'run Node without --no-addons or, under its permission model, with --allow-addons and --allow-fs-read';
  }
  return `run npm ci on ${platform} ${arch} itself, or, where stageprof has no prebuild for it, ${BUILD}`;
}

const BUILD = 'build one in a checkout of it (docs/platforms.md)';

/** How to use the tracker, or what to do where its library is missing; undefined where nothing can be done. */
export function trackerAdvice(tracker: TrackerFile, { platform, arch }: Machine): string | undefined {
  if (tracker.path !== null) {
    return 'stageprof run -- node app.js loads it; by hand: STAGEPROF_TRACK_MODULES=1 LD_PRELOAD=<path> node --import stageprof/register app.js';
  }
  return platform === 'linux' ? `where stageprof has no prebuild for ${platform} ${arch}, ${BUILD}` : undefined;
}

/**
 * What to do about a source that is absent or not exact; undefined where it is exact or nothing can be done. Why it is
 * not exact is said by the source itself.
 */
export function sourceAdvice(name: SourceName, { addon, sources }: Capabilities): string | undefined {
  const { truth } = sources[name];
  return truth === 'exact' ? undefined : ADVICE[name](addon.available, truth);
}

type Advise = (hasAddon: boolean, truth: Truth) => string | undefined;

const NEEDS_ADDON = 'needs the addon, see above';

const ADVICE: Readonly<Record<SourceName, Advise>> = {
  native: (hasAddon, truth) => {
    if (!hasAddon) return NEEDS_ADDON;
    // It is bounded where the tracker counts already.
    return truth === 'bounded' ? undefined : 'start the program with stageprof run, whose tracker counts every block';
  },
  allocator: (hasAddon) => (hasAddon ? undefined : NEEDS_ADDON),
  js_peak: (hasAddon) =>
    hasAddon ? 'use an official build of Node 20, 22, 24 or 26, whose heap the addon can read' : NEEDS_ADDON,
  rss: (_, truth) =>
    truth === 'absent'
      ? 'mount /proc into the container'
      : 'take growth below the bound as none; Linux 6.16 and later are exact',
  rss_peak: (hasAddon, truth) => {
    if (!hasAddon) return NEEDS_ADDON;
    return truth === 'absent'
      ? undefined
      : '--rss-peak reset makes it exact for every stage, but lowers what time -v shows';
  },
  usage: (hasAddon) => (hasAddon ? undefined : NEEDS_ADDON),
  thread_cpu: (hasAddon) => (hasAddon ? undefined : 'needs the addon, see above, or Node 22.19 or later'),
  pool_cpu: (hasAddon) => (hasAddon ? 'use Node 22 or later, which names the threads of the pool' : NEEDS_ADDON),
  gc: (hasAddon) => (hasAddon ? ADVICE.js_peak(true, 'absent') : NEEDS_ADDON),
  attribution: () =>
    "where overlapped_calls is 0, all of a delta is of its own stage; attribution: 'exact' charges what a thread uses to the stage that runs",
};
