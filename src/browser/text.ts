import type { PageUnit } from '../page/page-data.js';
import { escapeControls } from '../text/escape.js';
import { count, duration, inline, percent, roughDuration, size } from '../text/format.js';
import { el } from './dom.js';

/** Longer names are cut where they are shown in full: a browser lays out every character of a text. */
const LONGEST = 600;

/** A text of a program as it is shown: nothing in it acts on the page or on the text around it. */
export function told(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return escapeControls(cut);
}

/** A text of a program within a line: its direction does not spread to what stands around it. */
export function named(text: string, className = ''): HTMLElement {
  return el('bdi', { class: className }, told(text));
}

/** A number as the tables of the commands show it. */
export function amount(value: number | null | undefined, unit: PageUnit, signed = false): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '-';
  switch (unit) {
    case 's':
      return withSign(value, inline(duration(value)), signed);
    case 'ns':
      return withSign(value, inline(duration(value / 1e9)), signed);
    case 'rough s':
      return inline(roughDuration(value));
    case 'KiB':
      return inline(size(value, signed));
    case 'bytes':
      return inline(size(value / 1024, signed));
    case 'share':
      return withSign(value, inline(percent(value)), signed);
    default:
      return withSign(value, Number.isInteger(value) ? inline(count(value)) : value.toPrecision(3), signed);
  }
}

function withSign(value: number, text: string, signed: boolean): string {
  return signed && value > 0 ? `+${text}` : text;
}

export function plural(number: number, noun: string, many = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : many}`;
}

/** `1 h 12 min`, for the marks of an axis of time. */
export function clock(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const whole = Math.abs(seconds);
  if (whole < 10) return `${sign}${Number(whole.toFixed(2))} s`;
  if (whole < 120) return `${sign}${Number(whole.toFixed(1))} s`;
  const rounded = Math.round(whole);
  if (rounded < 3600) {
    const rest = rounded % 60;
    return `${sign}${Math.floor(rounded / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
  }
  const minutes = Math.round(rounded / 60);
  const rest = minutes % 60;
  return `${sign}${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
