import type { FlamePart } from '../page/page-data.js';
import { button, choice, el, replaceChildren, select } from './dom.js';
import { type FlameBox, FlameModel } from './flame-model.js';
import { paintFlame, ROW_PIXELS } from './flame-painter.js';
import { flameLegend, frameWords, searchWords, viewWords } from './flame-words.js';
import { functionTable } from './function-table.js';
import { notesView } from './notes-view.js';
import { onStage } from './selection.js';
import { named, told } from './text.js';
import { currentTheme, onRedraw, onResize } from './theme.js';

const NOTHING = -1;

/** Flame graphs of one profile: by type and stage, with search and zoom. */
export function flameView(part: FlamePart): { readonly element: HTMLElement; readonly draw: () => void } {
  const view = new FlameGraph(part);
  return { element: view.element, draw: () => view.draw() };
}

class FlameGraph {
  readonly element: HTMLElement;
  readonly #model: FlameModel;
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
  #stage = '';
  #zoomed: number | null = null;
  #cursor = NOTHING;
  #search = '';
  #matching: ReadonlySet<number> | null = null;
  #type = 0;
  #showsChange: boolean;
  #byBase = false;
  #isFirst = true;

  constructor(private readonly part: FlamePart) {
    this.#model = new FlameModel(part);
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
    const { boxes, rows } = model.layout(this.#view(), width);
    this.#boxes = boxes;
    const { title } = this.part.types[this.#type]!;
    this.#canvas.setAttribute(
      'aria-label',
      `Flame graph, ${title}${this.#stage === '' ? '' : `, stage ${told(this.#stage)}`}`,
    );
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
    replaceChildren(this.#table, functionTable(this.#model, this.#view(), this.#unit()));
  }

  #view(): number | readonly number[] {
    return this.#zoomed ?? this.#model.rootsOf(this.#stage);
  }

  #unit() {
    return this.part.types[this.#type]!.unit;
  }

  #controls(): HTMLElement {
    const { types } = this.part;
    const search = el('input', {
      type: 'search',
      placeholder: 'find a function or file',
      class: 'flame-search',
      attributes: { 'aria-label': 'Find a function or file' },
      on: {
        input: () => {
          this.#search = search.value.trim();
          this.#matching = this.#search === '' ? null : this.#model.framesWith(this.#search);
          this.draw();
          this.#say();
        },
      },
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      search.focus();
    });
    const type = choice(
      'What the widths are',
      types.map(({ title }, index) => [String(index), title] as const),
      '0',
      (value) => {
        this.#type = Number(value);
        this.#model.setType(this.#type, this.#byBase);
        this.#zoomed = null;
        this.#drawStages();
        this.#changed();
      },
    );
    const change = choice(
      'Colours',
      [
        ['change', 'change to the base'],
        ['kind', 'kind of code'],
      ],
      'change',
      (value) => {
        this.#showsChange = value === 'change';
        this.draw();
      },
    );
    const side = choice(
      'Widths',
      [
        ['new', 'new'],
        ['base', 'base'],
      ],
      'new',
      (value) => {
        this.#byBase = value === 'base';
        this.#model.setType(this.#type, this.#byBase);
        this.#changed();
      },
    );
    this.#drawStages();
    return el(
      'div',
      { class: 'controls' },
      search,
      type,
      this.#stagePlace,
      this.#model.hasBase ? [change, side] : null,
    );
  }

  #drawStages(): void {
    const stages = this.#model.stages();
    const options = [
      ['', 'all stages'] as const,
      ...stages.map((stage) => [stage, told(stage.length > 80 ? `${stage.slice(0, 80)}…` : stage)] as const),
    ];
    replaceChildren(
      this.#stagePlace,
      stages.length < 2 ? null : select('stage', options, this.#stage, (stage) => this.#chooseStage(stage)),
    );
  }

  #chooseStage(stage: string): void {
    const roots = this.#model.rootsOf(stage).filter((root) => this.#model.widths[root]! > 0);
    if (roots.length === 0) {
      replaceChildren(this.#told, 'No stack was sampled in ', named(stage, 'function'), '.');
      return;
    }
    this.#stage = stage;
    this.#zoomed = null;
    this.#cursor = NOTHING;
    this.#drawStages();
    this.#changed();
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('mousemove', (event) => this.#point(this.#nodeAt(event)));
    canvas.addEventListener('mouseleave', () => this.#point(NOTHING));
    canvas.addEventListener('click', (event) => {
      const node = this.#nodeAt(event);
      if (node !== NOTHING) this.#zoom(node);
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
    return box?.node ?? NOTHING;
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
    this.#zoomed =
      this.#model.parentOf(node) === NOTHING && this.#model.rootsOf(this.#stage).length === 1 ? null : node;
    this.#cursor = node;
    this.#changed();
  }

  #zoomOut(): void {
    if (this.#zoomed === null) {
      if (this.#stage !== '') this.#chooseStage('');
      return;
    }
    const parent = this.#model.parentOf(this.#zoomed);
    this.#zoomed = parent === NOTHING ? null : parent;
    this.#changed();
  }

  /** @returns whether the key means something here */
  #key(key: string): boolean {
    const model = this.#model;
    const top = this.#boxes.find(({ isAncestor }) => !isAncestor)?.node ?? NOTHING;
    const at = this.#boxes.some(({ node }) => node === this.#cursor) ? this.#cursor : NOTHING;
    const siblings = at === NOTHING ? [] : this.#siblingsOf(at);
    const move = (by: number) => siblings[siblings.indexOf(at) + by] ?? at;
    switch (key) {
      case 'ArrowDown':
        this.#point(at === NOTHING ? top : (model.childrenOf(at).find((child) => this.#isDrawn(child)) ?? at));
        return true;
      case 'ArrowUp':
        this.#point(at === NOTHING || model.parentOf(at) === NOTHING ? at : model.parentOf(at));
        return true;
      case 'ArrowLeft':
        this.#point(at === NOTHING ? top : move(-1));
        return true;
      case 'ArrowRight':
        this.#point(at === NOTHING ? top : move(1));
        return true;
      case 'Enter':
      case ' ':
        if (at !== NOTHING) this.#zoom(at);
        return true;
      case 'Escape':
      case 'Backspace':
        this.#zoomOut();
        return true;
      case 'Home':
        this.#zoomed = null;
        this.#changed();
        return true;
      default:
        return false;
    }
  }

  #siblingsOf(node: number): readonly number[] {
    const parent = this.#model.parentOf(node);
    const all =
      parent === NOTHING
        ? this.#boxes.filter(({ row }) => row === 0).map((box) => box.node)
        : this.#model.childrenOf(parent);
    return all.filter((one) => this.#isDrawn(one));
  }

  #isDrawn(node: number): boolean {
    return this.#boxes.some((box) => box.node === node);
  }

  #drawCrumbs(): void {
    const path: number[] = [];
    for (let node = this.#zoomed ?? NOTHING; node !== NOTHING; node = this.#model.parentOf(node)) path.push(node);
    const all = button(this.#stage === '' ? 'all stages' : ['all of ', named(this.#stage)], () => {
      this.#zoomed = null;
      this.#changed();
    });
    // The innermost are what a reader goes back to.
    const shown = path.slice(0, 5).reverse();
    replaceChildren(
      this.#crumbs,
      this.#zoomed === null && this.#stage === ''
        ? null
        : [
            this.#stage === ''
              ? null
              : button('×', () => this.#chooseStage(''), {
                  title: 'All stages',
                  attributes: { 'aria-label': 'All stages' },
                }),
            all,
            path.length > shown.length ? el('span', {}, '…') : null,
            shown.map((node) => button(named(this.#model.nameOf(this.#model.frameOf(node))), () => this.#zoom(node))),
          ],
    );
  }

  #say(): void {
    const { title, unit } = this.part.types[this.#type]!;
    const view = { model: this.#model, view: this.#view(), title, unit };
    if (this.#cursor !== NOTHING) replaceChildren(this.#told, frameWords(view, this.#cursor));
    else if (this.#matching !== null) replaceChildren(this.#told, searchWords(view, this.#matching));
    else replaceChildren(this.#told, viewWords(view));
  }
}
