import type { FlameKind } from '../page/page-data.js';
import type { FlameBox, FlameModel } from './flame-model.js';
import { told } from './text.js';
import type { Theme } from './theme.js';

export const ROW_PIXELS = 19;
const FONT = '11.5px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
/** A canvas has a largest height, and a browser draws nothing beyond it. */
const MOST_CANVAS_PIXELS = 15_000;

/** Hue, saturation and lightness of each kind of code, in light and in dark. */
export const KIND_COLOURS: Readonly<
  Record<FlameKind, { readonly name: string; readonly light: HSL; readonly dark: HSL }>
> = {
  stage: { name: 'stage', light: [215, 16, 80], dark: [215, 14, 34] },
  js: { name: 'JavaScript', light: [42, 92, 70], dark: [40, 62, 38] },
  node: { name: 'node itself', light: [203, 74, 76], dark: [204, 48, 36] },
  native: { name: 'native', light: [18, 80, 72], dark: [16, 54, 40] },
  vm: { name: 'V8: collections, idle', light: [285, 32, 80], dark: [285, 20, 40] },
  other: { name: 'other', light: [0, 0, 84], dark: [0, 0, 32] },
};
type HSL = readonly [hue: number, saturation: number, lightness: number];

export interface Painted {
  readonly boxes: readonly FlameBox[];
  readonly rows: number;
  readonly width: number;
  /** Frames that match the search; null without one. */
  readonly matching: ReadonlySet<number> | null;
  readonly showsChange: boolean;
}

/** Draws boxes on a canvas, and sizes it for them. */
export function paintFlame(canvas: HTMLCanvasElement, model: FlameModel, painted: Painted, theme: Theme): void {
  const { boxes, rows, width } = painted;
  const height = Math.max(1, rows) * ROW_PIXELS;
  const scale = Math.min(devicePixelRatio || 1, MOST_CANVAS_PIXELS / height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.setProperty('width', `${width}px`);
  canvas.style.setProperty('height', `${height}px`);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  context.font = FONT;
  context.textBaseline = 'middle';
  const texts = new TextFitter(context);
  const largest = painted.showsChange ? largestChange(model, boxes) : 0;
  const bare: FlameBox[] = [];
  for (const box of boxes) {
    const frame = model.frameOf(box.node);
    const isMatch = painted.matching?.has(frame) === true;
    context.globalAlpha = box.isAncestor ? 0.5 : painted.matching === null || isMatch ? 1 : 0.28;
    context.fillStyle = isMatch
      ? theme.mark
      : painted.showsChange
        ? changeColour(model, box.node, largest, theme)
        : colourOf(model, frame, theme);
    context.fillRect(box.x, box.row * ROW_PIXELS, Math.max(LEAST_DRAWN, box.width - 1), ROW_PIXELS - 1);
    if (box.width > 28) bare.push(box);
  }
  for (const box of bare) {
    const frame = model.frameOf(box.node);
    const isMatch = painted.matching?.has(frame) === true;
    context.globalAlpha = painted.matching === null || isMatch ? 1 : 0.55;
    context.fillStyle = isMatch ? (theme.isDark ? '#000' : '#fff') : theme.text;
    const text = texts.fitting(model.nameOf(frame), box.width - 8);
    context.fillText(text, box.x + 4, box.row * ROW_PIXELS + ROW_PIXELS / 2);
  }
  context.globalAlpha = 1;
}

const LEAST_DRAWN = 0.5;

/** The same function has the same shade everywhere. */
function colourOf(model: FlameModel, frame: number, { isDark }: Theme): string {
  const { light, dark } = KIND_COLOURS[model.kindOf(frame)];
  const [hue, saturation, lightness] = isDark ? dark : light;
  const shade = hashOf(model.whereOf(frame)) % 9;
  return `hsl(${hue + (shade - 4)} ${saturation}% ${lightness + (isDark ? -shade : shade - 4)}%)`;
}

function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < Math.min(text.length, 200); at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) >>> 0;
  return hash;
}

/** Orange is more than in the base, blue less: both kinds of red-green blindness tell them apart. */
function changeColour(model: FlameModel, node: number, largest: number, theme: Theme): string {
  const change = model.changeOf(node);
  return shadeOf(change, largest === 0 ? 0 : Math.sqrt(Math.min(1, Math.abs(change) / largest)), theme);
}

/** What the colours of a change mean. */
export function changeLegend(theme: Theme): (readonly [name: string, colour: string])[] {
  return [
    ['more than in the base', shadeOf(1, 1, theme)],
    ['as much', shadeOf(0, 0, theme)],
    ['less', shadeOf(-1, 1, theme)],
  ];
}

function shadeOf(change: number, strength: number, { isDark }: Theme): string {
  const hue = change >= 0 ? 24 : 208;
  const lightness = isDark ? 26 + 20 * strength : 93 - 33 * strength;
  return `hsl(${hue} ${Math.round(12 + 78 * strength)}% ${lightness}%)`;
}

/** Without the stages, whose change is the sum of all below. */
function largestChange(model: FlameModel, boxes: readonly FlameBox[]): number {
  return boxes.reduce((most, { node, row }) => {
    return row === 0 ? most : Math.max(most, Math.abs(model.changeOf(node)));
  }, 0);
}

/** Cuts texts to a width. Widths of characters are measured once: a page may have thousands of names. */
class TextFitter {
  readonly #widths = new Map<string, number>();

  constructor(private readonly context: CanvasRenderingContext2D) {}

  fitting(text: string, width: number): string {
    const shown = told(text.length > 300 ? text.slice(0, 300) : text);
    let used = 0;
    let at = 0;
    for (const character of shown) {
      used += this.#widthOf(character);
      if (used > width) return at < 2 ? '' : `${shown.slice(0, at - 1)}…`;
      at += character.length;
    }
    return shown;
  }

  #widthOf(character: string): number {
    let width = this.#widths.get(character);
    if (width === undefined) {
      width = this.context.measureText(character).width;
      this.#widths.set(character, width);
    }
    return width;
  }
}
