import { type FlameBox, type FlameModel, NO_NODE } from './flame-model.js';

/** Where an arrow key leads from a node of a picture; null for any other key. */
export function stepFrom(node: number, key: string, model: FlameModel, boxes: readonly FlameBox[]): number | null {
  const drawn = new Set(boxes.map((box) => box.node));
  if (!drawn.has(node)) return key.startsWith('Arrow') ? firstFrom(key, boxes) : null;
  switch (key) {
    case 'ArrowDown':
      return model.childrenOf(node).find((child) => drawn.has(child)) ?? node;
    case 'ArrowUp':
      return model.parentOf(node) === NO_NODE ? node : model.parentOf(node);
    case 'ArrowLeft':
      return beside(-1);
    case 'ArrowRight':
      return beside(1);
    default:
      return null;
  }

  function beside(by: number): number {
    const parent = model.parentOf(node);
    const siblings =
      parent === NO_NODE
        ? boxes.filter(({ row }) => row === 0).map((box) => box.node)
        : model.childrenOf(parent).filter((one) => drawn.has(one));
    return siblings[siblings.indexOf(node) + by] ?? node;
  }
}

/** Where no node is pointed at, every arrow but that up leads to the topmost. */
function firstFrom(key: string, boxes: readonly FlameBox[]): number {
  if (key === 'ArrowUp') return NO_NODE;
  return boxes.find(({ isAncestor }) => !isAncestor)?.node ?? NO_NODE;
}
