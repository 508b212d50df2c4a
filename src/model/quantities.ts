import { Math, Number } from '../host/intrinsics.js';

/**
 * Numbers of samples as numbers of reports. Each is null for NaN, which stands for "not measured", and for what no clock,
 * heap or counter can have reached: it comes from a recorder that is damaged.
 */

/** Nanoseconds as seconds, to the nanosecond. */
export function secondsOf(ns: number): number | null {
  return reportable(Math.round(ns) / 1e9);
}

/** Bytes as whole KiB. */
export function kibOf(bytes: number): number | null {
  // `+ 0` turns a negative zero into zero.
  return reportable(Math.round(bytes / 1024) + 0);
}

/** A number of things. */
export function countOf(count: number): number | null {
  return reportable(count);
}

/** Whether a number is finite, and small enough for sums to be exact. */
export function isReportable(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function reportable(value: number): number | null {
  return isReportable(value) ? value : null;
}
