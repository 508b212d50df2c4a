import { FLAME_KINDS, type FlameKind, type FlamePart } from '../page/page-data.js';
import { OWN_NAME } from '../stacks/frame.js';

/** Stands for no node, as the parent of a root. */
export const NO_NODE = -1;

/** A rectangle of the picture, in pixels and rows. */
export interface FlameBox {
  readonly node: number;
  readonly x: number;
  readonly width: number;
  readonly row: number;
  /** Whether it is above the node that the picture is of. */
  readonly isAncestor: boolean;
}

export interface FlameLayout {
  readonly boxes: readonly FlameBox[];
  readonly rows: number;
  /** Frames that are too narrow to be drawn. */
  readonly narrow: number;
}

/** Narrower frames are not drawn. */
const LEAST_PIXELS = 0.5;
/** So many rows are drawn: a canvas has a largest height. */
export const MOST_ROWS = 400;

/** The numbers of a function on the side that widths are of. */
export interface FunctionSum {
  readonly frame: number;
  self: number;
  total: number;
  /** How much more its total is than in the base, whichever side widths are of. */
  change: number;
}

/** The trees of a part with all that a picture needs of one of its types. */
export class FlameModel {
  readonly count: number;
  readonly parents: Int32Array;
  readonly #frames: readonly number[];
  readonly #children: readonly (readonly number[])[];
  readonly roots: readonly number[];
  /** What a node has, with all on it; and the same of the base. */
  totals: Float64Array = new Float64Array(0);
  baseTotals: Float64Array = new Float64Array(0);
  #self: readonly number[] = [];
  #base: readonly number[] | null = null;
  #order: (readonly number[])[] = [];
  #type = -1;
  #byBase = false;
  readonly #isSkipped: Uint8Array;

  constructor(private readonly part: FlamePart) {
    const { parents, nodes } = part;
    this.count = parents.length;
    this.#frames = nodes;
    this.parents = Int32Array.from(parents, (delta, node) => (delta === 0 ? NO_NODE : node - delta));
    const children: number[][] = Array.from({ length: this.count }, () => []);
    const roots: number[] = [];
    this.parents.forEach((parent, node) => {
      if (parent === NO_NODE) roots.push(node);
      else children[parent]!.push(node);
    });
    this.#children = children;
    this.roots = roots;
    this.#isSkipped = Uint8Array.from({ length: this.count }, (_, node) => Number(this.#isLoader(node)));
    this.setType(0);
  }

  /** @param byBase whether widths are those of the base */
  setType(type: number, byBase = false): void {
    if (type === this.#type && byBase === this.#byBase) return;
    this.#type = type;
    this.#byBase = byBase;
    const { self, base } = this.part.types[type]!;
    this.#self = self;
    this.#base = base;
    this.totals = this.#summed(self);
    this.baseTotals = base === null ? new Float64Array(this.count) : this.#summed(base);
    this.#order = [];
  }

  get hasBase(): boolean {
    return this.#base !== null;
  }

  /** Whether widths are those of the base. */
  get isByBase(): boolean {
    return this.#byBase;
  }

  /** What widths are made of. */
  get widths(): Float64Array {
    return this.#byBase ? this.baseTotals : this.totals;
  }

  selfOf(node: number): number {
    return (this.#byBase ? this.#base![node] : this.#self[node])!;
  }

  /** How much more a node has than in the base, with all on it. */
  changeOf(node: number): number {
    return this.totals[node]! - this.baseTotals[node]!;
  }

  frameOf(node: number): number {
    return this.#frames[node]!;
  }

  nameOf(frame: number): string {
    return this.part.texts[this.part.frames[frame * 3]!]!;
  }

  whereOf(frame: number): string {
    return this.part.texts[this.part.frames[frame * 3 + 1]!]!;
  }

  kindOf(frame: number): FlameKind {
    return FLAME_KINDS[this.part.frames[frame * 3 + 2]!] ?? 'other';
  }

  get frameCount(): number {
    return this.part.frames.length / 3;
  }

  /** The stages that have a width, the widest first. */
  stages(): string[] {
    const { widths } = this;
    return this.roots
      .filter((root) => widths[root]! > 0)
      .sort((a, b) => widths[b]! - widths[a]!)
      .map((root) => this.#label(root));
  }

  /** The roots of a stage and of those below it; all of them for an empty text. */
  rootsOf(stage: string): number[] {
    if (stage === '') return [...this.roots];
    return this.roots.filter((root) => {
      const label = this.#label(root);
      return label === stage || label.startsWith(`${stage}.`);
    });
  }

  /** The children of a node, the widest first. */
  childrenOf(node: number): readonly number[] {
    const known = this.#order[node];
    if (known !== undefined) return known;
    const { widths } = this;
    const sorted = this.#children[node]!.flatMap((child) => this.#shown(child)).sort((a, b) => widths[b]! - widths[a]!);
    this.#order[node] = sorted;
    return sorted;
  }

  parentOf(node: number): number {
    let parent = this.parents[node]!;
    while (parent !== NO_NODE && this.#isSkipped[parent] === 1) parent = this.parents[parent]!;
    return parent;
  }

  /** @param view a node, or the roots that are side by side */
  layout(view: number | readonly number[], width: number): FlameLayout {
    const { widths } = this;
    const boxes: FlameBox[] = [];
    let narrow = 0;
    let rows = 0;
    const waiting: { node: number; x: number; width: number; row: number }[] = [];
    if (typeof view === 'number') {
      const above: number[] = [];
      for (let node = this.parentOf(view); node !== NO_NODE; node = this.parentOf(node)) above.push(node);
      above.reverse().forEach((node, row) => {
        boxes.push({ node, x: 0, width, row, isAncestor: true });
      });
      waiting.push({ node: view, x: 0, width, row: above.length });
    } else {
      const whole = view.reduce((sum, root) => sum + widths[root]!, 0);
      let x = 0;
      for (const root of view.toSorted((a, b) => widths[b]! - widths[a]!)) {
        const wide = whole === 0 ? 0 : (width * widths[root]!) / whole;
        if (wide >= LEAST_PIXELS) waiting.push({ node: root, x, width: wide, row: 0 });
        x += wide;
      }
    }
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, row } = next;
      if (row >= MOST_ROWS) continue;
      boxes.push({ ...next, isAncestor: false });
      rows = Math.max(rows, row + 1);
      let { x } = next;
      for (const child of this.childrenOf(node)) {
        const wide = (next.width * widths[child]!) / widths[node]!;
        // The children are sorted: all that follow are narrower.
        if (!(wide >= LEAST_PIXELS)) {
          narrow++;
          break;
        }
        waiting.push({ node: child, x, width: wide, row: row + 1 });
        x += wide;
      }
    }
    return { boxes, rows, narrow };
  }

  /** The frames whose function or place has this text. */
  framesWith(text: string): ReadonlySet<number> {
    const wanted = text.toLowerCase();
    const found = new Set<number>();
    for (let frame = 0; frame < this.frameCount; frame++) {
      if (`${this.nameOf(frame)} ${this.whereOf(frame)}`.toLowerCase().includes(wanted)) found.add(frame);
    }
    return found;
  }

  /** What is in some frames, those within others counted once. */
  totalIn(frames: ReadonlySet<number>, view: number | readonly number[]): number {
    let sum = 0;
    const waiting = typeof view === 'number' ? [view] : [...view];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (frames.has(this.#frames[node]!)) sum += this.widths[node]!;
      else waiting.push(...this.#children[node]!);
    }
    return sum;
  }

  totalOf(view: number | readonly number[]): number {
    return typeof view === 'number' ? this.widths[view]! : view.reduce((sum, root) => sum + this.widths[root]!, 0);
  }

  /** Each function once, whatever called it. Recursion counts once in the total. */
  functions(view: number | readonly number[]): FunctionSum[] {
    const sums = new Map<number, FunctionSum>();
    const open = new Map<number, number>();
    const waiting: number[] = typeof view === 'number' ? [view] : [...view];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (next < 0) {
        const frame = this.#frames[-next - 1]!;
        open.set(frame, open.get(frame)! - 1);
        continue;
      }
      const frame = this.#frames[next]!;
      let sum = sums.get(frame);
      if (sum === undefined) {
        sum = { frame, self: 0, total: 0, change: 0 };
        sums.set(frame, sum);
      }
      sum.self += this.selfOf(next);
      const depth = open.get(frame) ?? 0;
      if (depth === 0) {
        sum.total += this.widths[next]!;
        sum.change += this.changeOf(next);
      }
      open.set(frame, depth + 1);
      waiting.push(-next - 1, ...this.#children[next]!);
    }
    return [...sums.values()];
  }

  #label(root: number): string {
    return this.nameOf(this.#frames[root]!).slice(1, -1);
  }

  #summed(self: readonly number[]): Float64Array {
    const totals = Float64Array.from(self);
    for (let node = this.count - 1; node >= 0; node--) {
      const parent = this.parents[node]!;
      if (parent !== NO_NODE) totals[parent]! += totals[node]!;
    }
    return totals;
  }

  /** The frames by which node loads a module stand below every stack, and those of the profiler in every stage. */
  #isLoader(node: number): boolean {
    if (this.parents[node] === NO_NODE || this.#children[node]!.length !== 1) return false;
    const frame = this.#frames[node]!;
    if (!this.whereOf(frame).startsWith('node:internal/') && this.nameOf(frame) !== OWN_NAME) return false;
    return this.part.types.every(({ self, base }) => self[node] === 0 && (base === null || base[node] === 0));
  }

  #shown(node: number): number[] {
    return this.#isSkipped[node] === 1 ? this.#children[node]!.flatMap((child) => this.#shown(child)) : [node];
  }
}
