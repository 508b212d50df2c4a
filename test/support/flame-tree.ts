import type { FlamePart } from '../../src/page/page-data.js';

/** A part from lines `kind name where: own, base`, indented by depth. */
export function partOf(text: string, hasBase = false): FlamePart {
  const texts: string[] = [];
  const frames: number[] = [];
  const parents: number[] = [];
  const nodes: number[] = [];
  const self: number[] = [];
  const base: number[] = [];
  const path: number[] = [];
  const known = new Map<string, number>();
  for (const line of text.trim().split('\n')) {
    const [, indent, kind, name, where, own, ofBase] = /^( *)(\d) (\S+) (\S+): (\d+)(?:, (\d+))?$/.exec(line)!;
    const key = `${kind} ${name} ${where}`;
    if (!known.has(key)) {
      known.set(key, frames.length / 3);
      texts.push(name!, where!);
      frames.push(texts.length - 2, texts.length - 1, Number(kind));
    }
    path.length = indent!.length / 2;
    const node = nodes.length;
    parents.push(path.length === 0 ? 0 : node - path.at(-1)!);
    nodes.push(known.get(key)!);
    self.push(Number(own));
    base.push(Number(ofBase ?? 0));
    path.push(node);
  }
  return {
    texts,
    frames,
    parents,
    nodes,
    types: [{ type: 'cpu', title: 'CPU', unit: 'ns', self, base: hasBase ? base : null }],
    words: [],
    notes: [],
  };
}
