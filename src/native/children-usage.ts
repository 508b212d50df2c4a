import { loadBinding } from './binding.js';

/** What the OS has charged to the children of this process that have ended, and to those they waited for. */
export interface ChildrenUsage {
  readonly cpuNs: number;
  /** Of the largest one. */
  readonly peakRssBytes: number;
}

/** Null without the addon: Node itself has no RUSAGE_CHILDREN. */
export function readChildrenUsage(): ChildrenUsage | null {
  const { binding } = loadBinding();
  if (binding === null) return null;
  const usage = binding.rusageChildrenRead();
  return Number.isNaN(usage.cpuNs) ? null : usage;
}
