import { Float64Array, Map, Set } from '../host/intrinsics.js';
import { labelError } from '../model/errors.js';
import { COUNTS, countIndex } from './state-memory.js';

/** Name of the child into which a label's further children fold once `maxLabels` is reached. */
export const OTHER = '(other)';

/** A longer path folds too: with unbounded recursion, or a chain of timers, a report would have megabytes. */
const MAX_PATH_LENGTH = 1024;

/** The longest label in UTF-16 units: that of a path of the greatest length, folded. */
export const LONGEST_LABEL = MAX_PATH_LENGTH + `.${OTHER}`.length;

/** For each label allowed, so many folded labels are told apart. Past that, every entry counts as one label. */
const FOLDED_PER_LABEL = 16;

const FOLDED = countIndex.labels_folded;

/** A label in the tree of labels; its row holds the aggregates. */
export class LabelNode {
  /** The child that was found last: loops ask for the same one again. */
  lastLabel: string | null = null;
  lastChild: LabelNode | null = null;
  children: Map<string, LabelNode> | null = null;

  constructor(
    /** Full dotted label; empty for the root, which stands for being outside any stage. */
    readonly path: string,
    readonly row: number,
  ) {}
}

/** Finds the row of a label under its parent and folds what is past the limit. */
export class Labels {
  readonly root: LabelNode;
  private readonly nodes: LabelNode[];
  private readonly byPath: Map<string, LabelNode>;
  private readonly folded = new Set<string>();
  /** Nodes that were made by folding, which do not count towards the limit. */
  private others = 0;
  /** A node whose path could not be entered: the stack was full. */
  private unentered: LabelNode | null = null;

  /**
   * @param addRow adds the row of a new label, or throws; it is called once for the root, then once for each label
   * @param maxLabels labels told apart; the `(other)` rows come on top, at most one for each label
   * @param counts where folded labels are counted, by `COUNTS`
   */
  constructor(
    private readonly addRow: (path: string) => void,
    private readonly maxLabels: number,
    private readonly counts: Float64Array = new Float64Array(COUNTS.length),
  ) {
    addRow('');
    this.root = new LabelNode('', 0);
    this.nodes = [this.root];
    this.byPath = new Map([['', this.root]]);
  }

  /** Labels in order of first entry, without the root. */
  get entered(): readonly LabelNode[] {
    return this.nodes.slice(1);
  }

  /** Distinct labels folded into an `(other)`. */
  get foldedLabels(): number {
    return this.counts[FOLDED]!;
  }

  /** @throws {TypeError} `ERR_STAGEPROF_LABEL` */
  child(parent: LabelNode, label: string): LabelNode {
    const child = parent.lastLabel === label ? parent.lastChild : null;
    return child ?? this.find(parent, label);
  }

  private find(parent: LabelNode, label: string): LabelNode {
    let node = parent.children?.get(label);
    if (node === undefined) {
      checkLabel(label);
      const path = parent === this.root ? label : `${parent.path}.${label}`;
      if (this.unentered !== null) this.enterPath(this.unentered);
      node = this.byPath.get(path);
      if (node === undefined) {
        if (path.length > MAX_PATH_LENGTH || this.nodes.length - this.others > this.maxLabels) {
          return this.fold(parent, path);
        }
        node = this.enter(path);
      }
      parent.children ??= new Map();
      parent.children.set(label, node);
    }
    parent.lastLabel = label;
    parent.lastChild = node;
    return node;
  }

  /** The root's row comes first, so that the index of a node is its row. */
  private enter(path: string, isFolded = false): LabelNode {
    const node = new LabelNode(path, this.nodes.length);
    this.addRow(path);
    // No call between these lines: once the row is there, its node is too. A path that cannot be entered is the next time.
    this.nodes[node.row] = node;
    if (isFolded) this.others++;
    this.unentered = node;
    this.enterPath(node);
    return node;
  }

  private enterPath(node: LabelNode): void {
    this.byPath.set(node.path, node);
    this.unentered = null;
  }

  /** A folded label is not remembered as a child: that would grow without bound with the labels. */
  private fold(parent: LabelNode, path: string): LabelNode {
    if (!this.folded.has(path)) {
      if (this.folded.size < this.maxLabels * FOLDED_PER_LABEL) this.folded.add(path);
      this.counts[FOLDED]!++;
    }
    if (isOther(parent)) return parent;
    const otherPath = parent === this.root ? OTHER : `${parent.path}.${OTHER}`;
    return this.byPath.get(otherPath) ?? this.enter(otherPath, true);
  }
}

/** @throws {TypeError} `ERR_STAGEPROF_LABEL` */
export function checkLabel(label: unknown): asserts label is string {
  if (typeof label !== 'string' || label === '') throw labelError(label);
}

/** Whether a label is an `(other)`: what folds under it stays in it, since those do not nest. */
function isOther(node: LabelNode): boolean {
  return node.path === OTHER || node.path.endsWith(`.${OTHER}`);
}
