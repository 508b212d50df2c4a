import { flameProfile, frameText } from '../flame/flame-stacks.js';
import { allocationNotes } from '../render/allocation-notes.js';
import { stackNotes } from '../render/stack-notes.js';
import type { Frame } from '../stacks/frame.js';
import type { SampleType } from '../stacks/sample-types.js';
import type { StackProfile } from '../stacks/stack-profile.js';
import { NO_STACK } from '../stacks/stack-table.js';
import { baseName } from '../text/base-name.js';
import { counted } from '../text/format.js';
import { FLAME_KINDS, type FlameKind, type FlamePart, type FlameType, type PageNote } from './page-data.js';

const TYPES: readonly (Pick<FlameType, 'type' | 'title' | 'unit'> & { readonly value: SampleType })[] = [
  { type: 'cpu', title: 'CPU', unit: 'ns', value: 'cpu' },
  { type: 'live', title: 'native, live at the end', unit: 'bytes', value: 'live_space' },
  { type: 'peak', title: 'native, at the peak', unit: 'bytes', value: 'peak_space' },
  { type: 'alloc', title: 'native, allocated in all', unit: 'bytes', value: 'alloc_space' },
];

/** More frames than this are beyond any screen, and would be most of the page. */
const MOST_NODES = 100_000;

export interface FlameOptions {
  /** Only this stage and those below it. */
  readonly stage?: string | undefined;
  /** What the differences are to. */
  readonly base?: StackProfile | undefined;
  readonly mostNodes?: number;
}

/** A flame graph of each type that was sampled; null where there is none. */
export function flamePart(
  profile: StackProfile,
  { stage, base, mostNodes = MOST_NODES }: FlameOptions = {},
): FlamePart | null {
  const types = TYPES.filter(({ value }) => profile.isMeasured(value) || base?.isMeasured(value) === true);
  if (types.length === 0) return null;
  const tree = new FlameTree(types.map(({ value }) => value));
  tree.add(profile, stage, 'self');
  if (base !== undefined) tree.add(base, stage, 'base');
  if (tree.length === 0) return null;
  return { ...tree.part(types, base !== undefined, mostNodes), words: stage === undefined ? wordsOf(profile) : [] };
}

/** Their columns are aligned by spaces, which a page does without. */
function wordsOf(profile: StackProfile): PageNote[] {
  const notes = [...stackNotes(profile), ...allocationNotes(profile)];
  return notes.map(({ key, text }) => ({ key, text: text.trim().replace(/ {2,}/g, ' · ') }));
}

interface TreeNode {
  readonly parent: number;
  readonly frame: number;
  readonly self: Float64Array;
  readonly base: Float64Array;
}

/** Merges the rows of profiles into one tree, whichever thread they are of. */
class FlameTree {
  readonly #nodes: TreeNode[] = [];
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #frames: number[] = [];
  readonly #frameIds = new Map<string, number>();

  constructor(private readonly values: readonly SampleType[]) {}

  get length(): number {
    return this.#nodes.length;
  }

  add(profile: StackProfile, stage: string | undefined, side: 'self' | 'base'): void {
    const shown = flameProfile(profile, { type: 'cpu', stage }, { keepsAll: true });
    const { stacks, frames, rows } = shown;
    const frameOf: number[] = [];
    const nodeOf: number[] = [];
    /** Prefixes have smaller numbers, so that the node of the prefix is known. */
    const nodeOfStack = (stack: number): number => {
      if (stack === NO_STACK) return -1;
      const known = nodeOf[stack];
      if (known !== undefined) return known;
      const prefix = stacks.prefix(stack);
      const frame = stacks.frame(stack);
      frameOf[frame] ??= this.#frame(frames.get(frame), prefix === NO_STACK);
      const node = this.#node(nodeOfStack(prefix), frameOf[frame]!);
      nodeOf[stack] = node;
      return node;
    };
    for (let row = 1; row <= rows.length; row++) {
      const node = this.#nodes[nodeOfStack(rows.stack(row))];
      if (node === undefined) continue;
      this.values.forEach((type, index) => {
        node[side][index]! += shown.value(row, type);
      });
    }
  }

  part(types: typeof TYPES, hasBase: boolean, mostNodes: number): Omit<FlamePart, 'words'> {
    const { kept, notes } = this.#kept(mostNodes);
    const numberOf = new Map(kept.map((node, index) => [node, index]));
    const column = (side: 'self' | 'base', type: number) =>
      kept.map((node) => Math.round(this.#nodes[node]![side][type]!));
    const part = {
      texts: this.#texts,
      frames: this.#frames,
      parents: kept.map((node, index) => {
        const { parent } = this.#nodes[node]!;
        return parent === -1 ? 0 : index - numberOf.get(parent)!;
      }),
      nodes: kept.map((node) => this.#nodes[node]!.frame),
      types: types.map(({ type, title, unit }, index) => ({
        type,
        title,
        unit,
        self: column('self', index),
        base: hasBase ? column('base', index) : null,
      })),
      notes,
    };
    return { ...part, types: part.types.filter(({ self, base }) => hasAny(self) || hasAny(base ?? [])) };
  }

  /** The nodes to show in the order of a walk. What is left out is added to its parent. */
  #kept(mostNodes: number): { kept: number[]; notes: string[] } {
    const children: number[][] = this.#nodes.map(() => []);
    const roots: number[] = [];
    this.#nodes.forEach(({ parent }, node) => {
      if (parent === -1) roots.push(node);
      else children[parent]!.push(node);
    });
    const heaviest = this.#heaviest(mostNodes);
    const kept: number[] = [];
    let left = 0;
    const waiting = roots.reverse();
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (heaviest?.has(node) === false) {
        left += this.#fold(node, children);
        continue;
      }
      kept.push(node);
      waiting.push(...children[node]!.toReversed());
    }
    if (left === 0) return { kept, notes: [] };
    return {
      kept,
      notes: [`${counted(left, 'smaller frame')} counted as their callers: a screen does not show them.`],
    };
  }

  /** Adds a node and all on it to its parent. @returns how many */
  #fold(node: number, children: readonly number[][]): number {
    const parent = this.#nodes[this.#nodes[node]!.parent];
    let folded = 0;
    const waiting = [node];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      folded++;
      const { self, base } = this.#nodes[next]!;
      self.forEach((value, type) => {
        if (parent !== undefined) parent.self[type]! += value;
      });
      base.forEach((value, type) => {
        if (parent !== undefined) parent.base[type]! += value;
      });
      waiting.push(...children[next]!);
    }
    return folded;
  }

  /**
   * The nodes with the most weight; null for all. A parent has a lower number than its children, and no less weight, so
   * that it is among them where one of these is.
   */
  #heaviest(mostNodes: number): ReadonlySet<number> | null {
    if (this.#nodes.length <= mostNodes) return null;
    const weights = this.#weights();
    const ranked = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b);
    return new Set(ranked.slice(0, mostNodes));
  }

  /** The largest share that a node has of any type and side, those on it included. */
  #weights(): Float64Array {
    const weights = new Float64Array(this.#nodes.length);
    for (const side of ['self', 'base'] as const) {
      for (let type = 0; type < this.values.length; type++) {
        const totals = Float64Array.from(this.#nodes, (node) => node[side][type]!);
        for (let node = totals.length - 1; node >= 0; node--) {
          const { parent } = this.#nodes[node]!;
          if (parent !== -1) totals[parent]! += totals[node]!;
        }
        const whole = this.#nodes.reduce((sum, { parent }, node) => (parent === -1 ? sum + totals[node]! : sum), 0);
        if (whole > 0)
          totals.forEach((total, node) => {
            weights[node] = Math.max(weights[node]!, total / whole);
          });
      }
    }
    return weights;
  }

  #node(parent: number, frame: number): number {
    const key = `${parent},${frame}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const zeros = () => new Float64Array(this.values.length);
    this.#ids.set(key, this.#nodes.length);
    return this.#nodes.push({ parent, frame, self: zeros(), base: zeros() }) - 1;
  }

  #frame(frame: Frame, isOutermost: boolean): number {
    const { name, where } = told(frame);
    const kind = isOutermost ? 'stage' : kindOf(frame);
    const key = `${kind}\0${where}\0${name}`;
    const known = this.#frameIds.get(key);
    if (known !== undefined) return known;
    this.#frames.push(this.#text(name), this.#text(where), FLAME_KINDS.indexOf(kind));
    const id = this.#frames.length / 3 - 1;
    this.#frameIds.set(key, id);
    return id;
  }

  #text(text: string): number {
    const known = this.#textIds.get(text);
    if (known !== undefined) return known;
    this.#textIds.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}

/** Longer names are cut: those of templates have some kilobytes, and a page may have thousands. */
const LONGEST_NAME = 400;

function told(frame: Frame): { readonly name: string; readonly where: string } {
  const { name, file, line, startLine, module } = frame;
  const at = startLine || line;
  const where = file === '' ? baseName(module) : at === 0 ? file : `${file}:${at}`;
  const shown = name === '' ? frameText(frame) : name;
  return { name: shown.length > LONGEST_NAME ? `${shown.slice(0, LONGEST_NAME)}…` : shown, where };
}

function kindOf({ kind, file }: Frame): FlameKind {
  if (kind === 'other') return 'other';
  if (kind === 'vm' || kind === 'builtin') return 'vm';
  if (kind === 'native') return 'native';
  if (file.startsWith('node:')) return 'node';
  return 'js';
}

function hasAny(values: readonly number[]): boolean {
  return values.some((value) => value > 0);
}
