import type { FlamePart, FlameType } from '../page/page-data.js';
import { el, replaceChildren, select } from './dom.js';
import { flameControls } from './flame-controls.js';
import { flameCrumbs } from './flame-crumbs.js';
import { FlameFocus } from './flame-focus.js';
import { type FlameBox, FlameModel, NO_NODE } from './flame-model.js';
import { paintFlame, ROW_PIXELS } from './flame-painter.js';
import { stepFrom } from './flame-steps.js';
import { flameLegend, frameWords, searchWords, viewWords } from './flame-words.js';
import { functionTable } from './function-table.js';
import { notesView } from './notes-view.js';
import { onStage } from './selection.js';
import { named, told } from './text.js';
import { currentTheme, onRedraw, onResize } from './theme.js';

/** Flame graphs of one profile: by type and stage, with search and zoom. */
export function flameView(part: FlamePart): { readonly element: HTMLElement; readonly draw: () => void } {
  const view = new FlameGraph(part);
  return { element: view.element, draw: () => view.draw() };
}

class FlameGraph {
  readonly element: HTMLElement;
  readonly #model: FlameModel;
  readonly #focus: FlameFocus;
  readonly #canvas = el('canvas', {
    tabIndex: 0,
    role: 'application',
    attributes: { 'aria-roledescription': 'flame graph', 'aria-describedby': 'flame-keys' },
  });
  /** Moved over the picture, which need not be drawn anew for it. */
  readonly #marker = el('div', { class: 'marker', hidden: true });
  readonly #frame = el('div', { class: 'flame' }, this.#canvas, this.#marker);
  readonly #told = el('p', { class: 'told', attributes: { 'aria-live': 'polite' } });
  readonly #crumbs = el('nav', { class: 'crumbs', attributes: { 'aria-label': 'Zoom' } });
  readonly #table = el('div');
  readonly #legendPlace = el('div');
  readonly #stagePlace = el('span');
  #boxes: readonly FlameBox[] = [];
  #cursor = NO_NODE;
  #matching: ReadonlySet<number> | null = null;
  #showsChange: boolean;
  #isFirst = true;

  constructor(private readonly part: FlamePart) {
    this.#model = new FlameModel(part);
    this.#focus = new FlameFocus(this.#model);
    this.#showsChange = this.#model.hasBase;
    this.element = el(
      'div',
      {},
      part.words.length === 0 ? null : notesView(part.words),
      this.#controls(),
      this.#told,
      this.#crumbs,
      this.#frame,
      el(
        'p',
        { class: 'note unprinted', id: 'flame-keys' },
        'Click or Enter zooms, Esc goes back, arrows move, / searches.',
      ),
      this.#legendPlace,
      part.notes.map((note) => el('p', { class: 'note' }, note)),
      this.#table,
    );
    this.#drawStages();
    this.#listen();
    onRedraw(() => this.draw());
    onStage((stage) => this.#chooseStage(stage));
    onResize(this.#frame, () => this.draw());
  }

  draw(): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#changed();
      return;
    }
    const model = this.#model;
    const width = this.#frame.clientWidth;
    if (width === 0) return;
    const { stage, view } = this.#focus;
    const { boxes, rows } = model.layout(view, width);
    this.#boxes = boxes;
    const side = model.isByBase ? ' of the base' : '';
    const within = stage === '' ? '' : `, stage ${told(stage)}`;
    this.#canvas.setAttribute('aria-label', `Flame graph, ${this.#type().title}${side}${within}`);
    paintFlame(
      this.#canvas,
      model,
      {
        boxes,
        rows,
        width,
        matching: this.#matching,
        showsChange: this.#showsChange,
      },
      currentTheme(),
    );
    replaceChildren(this.#legendPlace, flameLegend(model, this.#showsChange, currentTheme()));
    this.#drawCrumbs();
    this.#mark();
  }

  /** What depends on the view, and not on its size. */
  #changed(): void {
    this.draw();
    this.#say();
    replaceChildren(this.#table, functionTable(this.#model, this.#focus.view, this.#type().unit));
  }

  /** Other widths, by which other stages can be chosen, and what was shown may have none. */
  #widthsChanged(): void {
    if (this.#cursor !== NO_NODE && this.#model.widths[this.#cursor] === 0) this.#cursor = NO_NODE;
    this.#drawStages();
    this.#changed();
  }

  #type(): FlameType {
    return this.part.types[this.#focus.type]!;
  }

  #controls(): HTMLElement {
    return flameControls(this.part, this.#stagePlace, {
      onSearch: (text) => {
        this.#matching = text === '' ? null : this.#model.framesWith(text);
        this.draw();
        this.#say();
      },
      onType: (type) => {
        this.#focus.chooseType(type);
        this.#widthsChanged();
      },
      onColours: (showsChange) => {
        this.#showsChange = showsChange;
        this.draw();
      },
      onSide: (isBase) => {
        this.#focus.chooseSide(isBase);
        this.#widthsChanged();
      },
    });
  }

  #drawStages(): void {
    const { stage: chosen, stages } = this.#focus;
    const options = [
      ['', 'all stages'] as const,
      ...stages.map((stage) => [stage, told(stage.length > 80 ? `${stage.slice(0, 80)}…` : stage)] as const),
    ];
    replaceChildren(
      this.#stagePlace,
      stages.length < 2 ? null : select('stage', options, chosen, (stage) => this.#chooseStage(stage)),
    );
  }

  #chooseStage(stage: string): void {
    if (!this.#focus.chooseStage(stage)) {
      const side = this.#model.isByBase ? 'No stack of the base' : 'No stack';
      replaceChildren(this.#told, `${side} was sampled in `, named(stage, 'function'), '.');
      return;
    }
    this.#cursor = NO_NODE;
    this.#drawStages();
    this.#changed();
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('mousemove', (event) => this.#point(this.#nodeAt(event)));
    canvas.addEventListener('mouseleave', () => this.#point(NO_NODE));
    canvas.addEventListener('click', (event) => {
      const node = this.#nodeAt(event);
      if (node !== NO_NODE) this.#zoom(node);
    });
    canvas.addEventListener('keydown', (event) => {
      if (this.#key(event.key)) event.preventDefault();
    });
  }

  #nodeAt(event: MouseEvent): number {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const x = event.clientX - left;
    const row = Math.floor((event.clientY - top) / ROW_PIXELS);
    const box = this.#boxes.find((one) => one.row === row && x >= one.x && x < one.x + one.width);
    return box?.node ?? NO_NODE;
  }

  #point(node: number): void {
    if (node === this.#cursor) return;
    this.#cursor = node;
    this.#mark();
    this.#say();
  }

  #mark(): void {
    const box = this.#boxes.find(({ node }) => node === this.#cursor);
    this.#marker.hidden = box === undefined;
    if (box === undefined) return;
    const place = { left: box.x, top: box.row * ROW_PIXELS, width: Math.max(2, box.width - 1), height: ROW_PIXELS - 1 };
    for (const [name, pixels] of Object.entries(place)) this.#marker.style.setProperty(name, `${pixels}px`);
  }

  #zoom(node: number): void {
    this.#focus.zoom(node);
    this.#cursor = node;
    this.#changed();
  }

  #zoomOut(): void {
    const { stage, zoomed } = this.#focus;
    if (zoomed === null && stage === '') return;
    if (zoomed === null) {
      this.#chooseStage('');
      return;
    }
    this.#focus.zoomOut();
    this.#changed();
  }

  #zoomToStage(): void {
    this.#focus.zoomToStage();
    this.#changed();
  }

  /** @returns whether the key means something here */
  #key(key: string): boolean {
    const next = stepFrom(this.#cursor, key, this.#model, this.#boxes);
    if (next !== null) {
      this.#point(next);
      return true;
    }
    switch (key) {
      case 'Enter':
      case ' ':
        if (this.#boxes.some(({ node }) => node === this.#cursor)) this.#zoom(this.#cursor);
        return true;
      case 'Escape':
      case 'Backspace':
        this.#zoomOut();
        return true;
      case 'Home':
        this.#zoomToStage();
        return true;
      default:
        return false;
    }
  }

  #drawCrumbs(): void {
    replaceChildren(
      this.#crumbs,
      flameCrumbs(this.#focus, this.#model, {
        toAllStages: () => this.#chooseStage(''),
        toStage: () => this.#zoomToStage(),
        toNode: (node) => this.#zoom(node),
      }),
    );
  }

  #say(): void {
    const { title, unit } = this.#type();
    const view = { model: this.#model, view: this.#focus.view, title, unit };
    if (this.#cursor !== NO_NODE) replaceChildren(this.#told, frameWords(view, this.#cursor));
    else if (this.#matching !== null) replaceChildren(this.#told, searchWords(view, this.#matching));
    else replaceChildren(this.#told, viewWords(view));
  }
}
