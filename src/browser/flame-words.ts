import type { FlameKind, PageUnit } from '../page/page-data.js';
import { type Child, el } from './dom.js';
import type { FlameModel } from './flame-model.js';
import { changeLegend, KIND_COLOURS } from './flame-painter.js';
import { amount, named } from './text.js';
import type { Theme } from './theme.js';

/** What a picture shows. */
export interface FlameWords {
  readonly model: FlameModel;
  /** A node, or the roots that are side by side. */
  readonly view: number | readonly number[];
  readonly title: string;
  readonly unit: PageUnit;
}

/** The frame that is pointed at. */
export function frameWords({ model, view, unit }: FlameWords, node: number): Child[] {
  const frame = model.frameOf(node);
  const total = model.widths[node]!;
  const share = amount(shareOf(total, model.totalOf(view)), 'share');
  return [
    named(model.nameOf(frame), 'function'),
    ' ',
    named(model.whereOf(frame), 'muted'),
    ` ${amount(total, unit)}, itself ${amount(model.selfOf(node), unit)}, ${share} of the view`,
    model.hasBase ? `, ${amount(model.changeOf(node), unit, true)} to the base` : '',
  ];
}

/** How much a search has found. */
export function searchWords({ model, view, unit }: FlameWords, frames: ReadonlySet<number>): Child[] {
  const found = model.totalIn(frames, view);
  return [
    el('b', {}, amount(shareOf(found, model.totalOf(view)), 'share')),
    ` of the view (${amount(found, unit)}) is in ${frames.size.toLocaleString('en-US')} matching frames`,
  ];
}

/** How much all of it is, on the side that widths are of first. */
export function viewWords({ model, view, title, unit }: FlameWords): Child[] {
  const shown = el('b', {}, amount(model.totalOf(view), unit));
  if (!model.hasBase) return [shown, ` in ${title}`];
  const other = amount(sumOf(view, model.isByBase ? model.totals : model.baseTotals), unit);
  return model.isByBase ? [shown, ` in ${title} of the base, new ${other}`] : [shown, ` in ${title}, base ${other}`];
}

/** What the colours mean: kinds of code that there are, or changes. */
export function flameLegend(model: FlameModel, showsChange: boolean, theme: Theme): HTMLElement {
  if (showsChange) return legendOf(changeLegend(theme));
  const used = new Set(Array.from({ length: model.frameCount }, (_, frame) => model.kindOf(frame)));
  const kinds = Object.entries(KIND_COLOURS).filter(([kind]) => used.has(kind as FlameKind));
  return legendOf(
    kinds.map(([, { name, light, dark }]) => {
      const [hue, saturation, lightness] = theme.isDark ? dark : light;
      return [name, `hsl(${hue} ${saturation}% ${lightness}%)`] as const;
    }),
  );
}

function legendOf(entries: readonly (readonly [name: string, colour: string])[]): HTMLElement {
  return el(
    'ul',
    { class: 'legend' },
    entries.map(([name, colour]) => el('li', {}, el('i', { style: { background: colour } }), name)),
  );
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sumOf(view: number | readonly number[], totals: Float64Array): number {
  return typeof view === 'number' ? totals[view]! : view.reduce((sum, node) => sum + totals[node]!, 0);
}
