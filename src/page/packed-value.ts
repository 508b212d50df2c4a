/** Values are told to half a per cent: each is a step of a logarithm. */
const STEP = Math.log(1.005);

/**
 * The value of a stage as a small whole number, which makes a page of many inputs half as large: 0 is null, 1 is zero, and
 * others tell how many steps it is above or below the same number of its input.
 */
export function packValue(value: number | null, reference: number): number {
  if (value === null || Number.isNaN(value)) return 0;
  if (value <= 0) return 1;
  const steps = Math.round(Math.log(value / reference) / STEP);
  return 2 + (steps < 0 ? -2 * steps - 1 : 2 * steps);
}

export function unpackValue(packed: number, reference: number): number | null {
  if (packed === 0) return null;
  if (packed === 1) return 0;
  const folded = packed - 2;
  return reference * Math.exp((folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2) * STEP);
}

/** What the values of the stages of an input are packed against: its own number, or one where it has none. */
export function packReference(value: number | null | undefined): number {
  return value !== null && value !== undefined && value > 0 ? value : 1;
}
