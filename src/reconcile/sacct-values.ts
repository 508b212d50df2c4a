/** Seconds of `[days-][hours:]minutes:seconds[.fraction]`, as sacct prints durations; null where the text is none. */
export function parseDuration(text: string): number | null {
  const match = /^(?:(?:(\d{1,6})-)?(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d{1,9})?)$/.exec(text);
  if (match === null) return null;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

const KIB_OF_UNIT: Readonly<Record<string, number>> = {
  '': 1 / 1024,
  K: 1,
  M: 1024,
  G: 1024 ** 2,
  T: 1024 ** 3,
  P: 1024 ** 4,
};

/** KiB of a size such as `150596K` or `1.50G`, or of bytes without a unit; null where the text is no size. */
export function parseKib(text: string): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([KMGTP]?)$/.exec(text);
  return match === null ? null : Number(match[1]) * KIB_OF_UNIT[match[2]!]!;
}

/** Seconds since 1970, or the local time that sacct prints by default, in milliseconds; null where it is neither. */
export function parseTimeMs(text: string): number | null {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
  // JavaScript too takes a time without a zone as local.
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
