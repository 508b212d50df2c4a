import type uPlot from 'uplot';
import type { InputColumn } from '../page/page-data.js';
import type { Theme } from './theme.js';

export interface PaintedInputs {
  readonly inputs: readonly number[];
  /** In pixels of the canvas. */
  readonly placeOf: (input: number) => readonly [x: number, y: number];
  readonly marked: ReadonlySet<number>;
  readonly isFailed: (input: number) => boolean;
  /** Those that are pointed at, or open. */
  readonly rings: readonly number[];
  readonly theme: Theme;
}

/** More points than these are drawn more thinly. */
const MANY = 2000;

/** Dots; those of marked inputs above the others, and a square around those that failed. */
export function paintInputs(
  context: CanvasRenderingContext2D,
  { left, top, width, height }: uPlot.BBox,
  { inputs, placeOf, marked, isFailed, rings, theme }: PaintedInputs,
): void {
  const scale = devicePixelRatio || 1;
  const radius = dotRadius(inputs.length) * scale;
  context.save();
  context.beginPath();
  // The first and the last input lie on the edges, and are drawn whole.
  const margin = 9 * scale;
  context.rect(left - margin, top - margin, width + 2 * margin, height + 2 * margin);
  context.clip();
  const dots = (some: readonly number[], size: number) => {
    context.beginPath();
    for (const input of some) {
      const [x, y] = placeOf(input);
      context.moveTo(x + size, y);
      context.arc(x, y, size, 0, 2 * Math.PI);
    }
    context.fill();
  };
  context.fillStyle = theme.accent;
  context.globalAlpha = inputs.length > MANY ? 0.35 : 0.6;
  dots(
    inputs.filter((input) => !marked.has(input)),
    radius,
  );
  context.globalAlpha = 1;
  context.fillStyle = theme.mark;
  dots(
    inputs.filter((input) => marked.has(input)),
    radius + 2 * scale,
  );
  context.strokeStyle = theme.mark;
  context.lineWidth = 1.5 * scale;
  for (const input of inputs.filter(isFailed)) {
    const [x, y] = placeOf(input);
    context.strokeRect(x - 5 * scale, y - 5 * scale, 10 * scale, 10 * scale);
  }
  context.strokeStyle = theme.text;
  context.lineWidth = 2 * scale;
  for (const input of rings) {
    const [x, y] = placeOf(input);
    context.beginPath();
    context.arc(x, y, 8 * scale, 0, 2 * Math.PI);
    context.stroke();
  }
  context.restore();
}

/** A scale of logarithms has its marks at powers of ten, or of two where the unit is one of bytes. */
export function scaleOf({ unit }: InputColumn, isLog: boolean | undefined): uPlot.Scale {
  return isLog === true ? { distr: 3, log: unit === 'KiB' ? 2 : 10 } : { distr: 1 };
}

/** Few points are large, and many do not cover each other. */
function dotRadius(count: number): number {
  return count < 200 ? 4 : count < MANY ? 3 : 2.2;
}
