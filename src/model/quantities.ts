import { Math } from '../host/intrinsics.js';

/** Numbers of samples as numbers of reports. */

/** Nanoseconds as seconds, to the nanosecond; null for NaN, which stands for "not measured". */
export function secondsOf(ns: number): number | null {
  return ns === ns ? Math.round(ns) / 1e9 : null;
}

/** Bytes as whole KiB; null for NaN. */
export function kibOf(bytes: number): number | null {
  // `+ 0` turns a negative zero into zero.
  return bytes === bytes ? Math.round(bytes / 1024) + 0 : null;
}
