import { button, type Child, el } from './dom.js';
import type { FlameFocus } from './flame-focus.js';
import { type FlameModel, NO_NODE } from './flame-model.js';
import { named } from './text.js';

/** The innermost are what a reader goes back to. */
const MOST_CRUMBS = 5;

interface CrumbActions {
  readonly toAllStages: () => void;
  readonly toStage: () => void;
  readonly toNode: (node: number) => void;
}

/** The way from all stages to what is shown; null where all is shown. */
export function flameCrumbs(
  { stage, zoomed }: FlameFocus,
  model: FlameModel,
  { toAllStages, toStage, toNode }: CrumbActions,
): Child {
  if (zoomed === null && stage === '') return null;
  const path: number[] = [];
  for (let node = zoomed ?? NO_NODE; node !== NO_NODE; node = model.parentOf(node)) path.push(node);
  const shown = path.slice(0, MOST_CRUMBS).reverse();
  return [
    stage === '' ? null : button('×', toAllStages, { title: 'All stages', attributes: { 'aria-label': 'All stages' } }),
    button(stage === '' ? 'all stages' : ['all of ', named(stage)], toStage),
    path.length > shown.length ? el('span', {}, '…') : null,
    shown.map((node) => button(named(model.nameOf(model.frameOf(node))), () => toNode(node))),
  ];
}
