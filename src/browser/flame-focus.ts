import { type FlameModel, NO_NODE } from './flame-model.js';

/** What a picture of stacks is of: a type, a side, a stage, and within it a node. What has no width is never shown. */
export class FlameFocus {
  #type = 0;
  #byBase = false;
  /** Empty for all stages. */
  #stage = '';
  #zoomed: number | null = null;

  constructor(private readonly model: FlameModel) {}

  get type(): number {
    return this.#type;
  }

  get stage(): string {
    return this.#stage;
  }

  /** The node across the whole width; null where the roots of the stage are side by side. */
  get zoomed(): number | null {
    return this.#zoomed;
  }

  /** A node, or the roots that are side by side. */
  get view(): number | readonly number[] {
    return this.#zoomed ?? this.model.rootsOf(this.#stage);
  }

  /** The stages to choose from, with the one that is chosen: it may have no stacks but those of the stages below it. */
  get stages(): readonly string[] {
    const stages = this.model.stages();
    return this.#stage === '' || stages.includes(this.#stage) ? stages : [this.#stage, ...stages];
  }

  chooseType(type: number): void {
    this.#type = type;
    this.#zoomed = null;
    this.#widthsChanged();
  }

  /** @param byBase whether widths are those of the base */
  chooseSide(byBase: boolean): void {
    this.#byBase = byBase;
    this.#widthsChanged();
  }

  /** @returns false where the stage has no stacks: then all is as it was */
  chooseStage(stage: string): boolean {
    if (stage !== '' && !this.#hasWidth(stage)) return false;
    this.#stage = stage;
    this.#zoomed = null;
    return true;
  }

  zoom(node: number): void {
    const isWhole = this.model.parentOf(node) === NO_NODE && this.model.rootsOf(this.#stage).length === 1;
    this.#zoomed = isWhole ? null : node;
  }

  /** To the caller of the node that is zoomed to, and from a root to the whole stage. */
  zoomOut(): void {
    const parent = this.#zoomed === null ? NO_NODE : this.model.parentOf(this.#zoomed);
    this.#zoomed = parent === NO_NODE ? null : parent;
  }

  /** To the whole stage. */
  zoomToStage(): void {
    this.#zoomed = null;
  }

  #widthsChanged(): void {
    const { model } = this;
    model.setType(this.#type, this.#byBase);
    if (this.#zoomed !== null && model.widths[this.#zoomed] === 0) this.#zoomed = null;
    if (!this.#hasWidth(this.#stage)) this.#stage = '';
  }

  #hasWidth(stage: string): boolean {
    return this.model.totalOf(this.model.rootsOf(stage)) > 0;
  }
}
