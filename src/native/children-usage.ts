import { loadBinding } from './load-addon.js';

/** What the OS has charged to the ended children of this process, and to the children those waited for. */
export interface ChildrenUsage {
  readonly cpuNs: number;
  /** The peak of the largest child. */
  readonly peakRssBytes: number;
}

/** Null without the addon: Node itself has no RUSAGE_CHILDREN. */
export function readChildrenUsage(): ChildrenUsage | null {
  const { binding } = loadBinding();
  if (binding === null) return null;
  const usage = binding.rusageChildrenRead();
  return Number.isNaN(usage.cpuNs) ? null : usage;
}
