import { describe, expect, test } from 'vitest';
import { HOLDER_COLOURS, HOLDERS } from '../../src/browser/holders.js';

/**
 * How colours look with each kind of colour blindness, complete: G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, A
 * Physiologically-based Model for Simulation of Color Vision Deficiency, 2009. The matrices are for linear RGB.
 */
const SIGHT = {
  'all cones': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'no red cones': [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  'no green cones': [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  'no blue cones': [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

/** Below 5 two colours are taken for the same side by side. A colour and its square in a legend are far apart. */
const LEAST_DIFFERENCE = 15;

function labOf(colour: string, sight: readonly number[]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const seen = [0, 1, 2].map((row) => linear.reduce((sum, value, column) => sum + sight[row * 3 + column]! * value, 0));
  const [red, green, blue] = seen.map((value) => Math.max(0, Math.min(1, value))) as [number, number, number];
  const xyz = [
    (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
    0.2126 * red + 0.7152 * green + 0.0722 * blue,
    (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as [number, number, number];
  return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])];
}

function difference(a: string, b: string, sight: readonly number[]): number {
  const [first, second] = [labOf(a, sight), labOf(b, sight)];
  return Math.hypot(...first.map((value, index) => value - second[index]!));
}

describe('the colours of holders are told apart', () => {
  test.each(Object.entries(SIGHT))('with %s', (_, sight) => {
    const alike = HOLDERS.flatMap((a, index) =>
      HOLDERS.slice(index + 1).flatMap((b) => {
        const distance = difference(HOLDER_COLOURS[a.key], HOLDER_COLOURS[b.key], sight);
        return distance < LEAST_DIFFERENCE ? [`${a.name} and ${b.name}: ${distance.toFixed(1)}`] : [];
      }),
    );
    expect(alike).toEqual([]);
  });
});

test('every holder has a colour of its own', () => {
  expect(new Set(HOLDERS.map(({ key }) => HOLDER_COLOURS[key])).size).toBe(HOLDERS.length);
});
