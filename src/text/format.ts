import { Math, Number, String } from '../host/intrinsics.js';

/** A number as a table shows it. Digits and unit are apart, so that a column can align both. */
export interface Quantity {
  readonly digits: string;
  readonly unit: string;
}

/** Stands for what was not measured. */
export const NOTHING: Quantity = { digits: '-', unit: '' };

interface Step {
  readonly unit: string;
  readonly size: number;
  /** Numbers that round to this or more take the next unit. */
  readonly below: number;
}

// Minutes and hours begin at two, because 90 s and 90 min are easier to read than 1.50 min and 1.50 h.
const DURATIONS: readonly Step[] = [
  { unit: 'ns', size: 1e-9, below: 1000 },
  { unit: 'us', size: 1e-6, below: 1000 },
  { unit: 'ms', size: 1e-3, below: 1000 },
  { unit: 's', size: 1, below: 120 },
  { unit: 'min', size: 60, below: 120 },
  { unit: 'h', size: 3600, below: Number.POSITIVE_INFINITY },
];

const SIZES: readonly Step[] = [
  { unit: 'KiB', size: 1, below: 1024 },
  { unit: 'MiB', size: 1024, below: 1024 },
  { unit: 'GiB', size: 1024 ** 2, below: 1024 },
  { unit: 'TiB', size: 1024 ** 3, below: Number.POSITIVE_INFINITY },
];

export function duration(seconds: number): Quantity {
  return scaled(seconds, DURATIONS);
}

/** With two significant digits, for a value that is known to 6 %. */
export function roughDuration(seconds: number): Quantity {
  const { digits, unit } = duration(seconds);
  const rounded = Number(Number(digits).toPrecision(2));
  return { digits: rounded > 0 && rounded < 10 ? rounded.toFixed(1) : String(rounded), unit };
}

/** @param signed whether a growth gets its `+` */
export function size(kib: number, signed = false): Quantity {
  const whole = Math.round(kib);
  if (whole === 0) return { digits: '0', unit: '' };
  const quantity = Math.abs(whole) < 1024 ? { digits: String(whole), unit: 'KiB' } : scaled(kib, SIZES);
  return signed && kib > 0 ? { ...quantity, digits: `+${quantity.digits}` } : quantity;
}

export function count(value: number): Quantity {
  return { digits: String(value).replace(/\B(?=(\d{3})+$)/g, ','), unit: '' };
}

/** A share between 0 and 1 in per cent. */
export function percent(share: number): Quantity {
  const digits = share > 0 && share < 0.0005 ? '<0.1' : (share * 100).toFixed(1);
  return { digits, unit: '%' };
}

/** A quantity within a sentence: `1.23 s`, `12.3%`. */
export function inline({ digits, unit }: Quantity): string {
  return unit === '' ? digits : unit === '%' ? `${digits}%` : `${digits} ${unit}`;
}

function scaled(value: number, steps: readonly Step[]): Quantity {
  if (value === 0) return { digits: '0', unit: '' };
  for (const { unit, size, below } of steps) {
    const digits = threeDigits(value / size);
    if (Math.abs(Number(digits)) < below) return { digits, unit };
  }
  return { digits: String(value), unit: '' };
}

/** At least three significant digits and never an exponent: 1.23, 12.3, 123, 1234. */
function threeDigits(value: number): string {
  const magnitude = Math.abs(Number(value.toPrecision(3)));
  return value.toFixed(magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2);
}

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `1 input`, `2,000 inputs` */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}
