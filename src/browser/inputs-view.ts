import uPlot from 'uplot';
import type { InputColumn, InputsPart } from '../page/page-data.js';
import { axis, KIB_STEPS, marks } from './charts.js';
import { choice, el, replaceChildren, select } from './dom.js';
import { inputCard } from './input-card.js';
import { inputTables } from './input-table.js';
import { failedText, isFailed, OUTLIER_RULE, outliersOf, StageMedians, wantsLogarithms } from './inputs-model.js';
import { paintInputs, scaleOf } from './scatter.js';
import { amount, named, plural } from './text.js';
import { currentTheme, onRedraw, onResize } from './theme.js';

const NEAR_PIXELS = 16;

/**
 * The inputs of a corpus: any two numbers against each other, and one input beside the median.
 *
 * @param part has columns
 */
export function inputsView(part: InputsPart): { readonly element: HTMLElement; readonly draw: () => void } {
  const view = new InputsPlot(part);
  return { element: view.element, draw: () => view.draw() };
}

class InputsPlot {
  readonly element: HTMLElement;
  readonly #place = el('div', {
    class: 'plot scatter',
    tabIndex: 0,
    role: 'application',
    attributes: { 'aria-roledescription': 'scatter plot', 'aria-describedby': 'inputs-keys' },
  });
  readonly #told = el('p', { class: 'told', attributes: { 'aria-live': 'polite' } });
  readonly #list = el('div');
  readonly #card = el('div', { class: 'card-place' });
  readonly #medians: StageMedians;
  #plot: uPlot | null = null;
  #x: InputColumn;
  #y: InputColumn;
  #isLog: 'log' | 'linear' = 'log';
  #outliers: readonly number[] = [];
  /** The inputs that have both numbers, by the first. */
  #order: readonly number[] = [];
  #cursor: number | null = null;
  #chosen: number | null = null;

  constructor(private readonly part: InputsPart) {
    const { columns } = part;
    const of = (key: string) => columns.find((column) => column.key === key);
    this.#x = of('wall_s') ?? columns[0]!;
    this.#y = of('rss_kb_peak_max') ?? of('cpu_s') ?? columns.at(-1)!;
    this.#medians = new StageMedians(part);
    const names = columns.map(({ key, heading }) => [key, heading] as const);
    this.element = el(
      'div',
      {},
      el(
        'div',
        { class: 'controls' },
        select('across', names, this.#x.key, (key) => this.#choose('x', of(key)!)),
        select('up', names, this.#y.key, (key) => this.#choose('y', of(key)!)),
        choice(
          'Scales',
          [
            ['log', 'log'],
            ['linear', 'linear'],
          ],
          this.#isLog,
          (value) => {
            this.#isLog = value as 'log' | 'linear';
            this.draw();
          },
        ),
        this.#search(),
      ),
      this.#told,
      this.#place,
      el(
        'p',
        { class: 'note unprinted', id: 'inputs-keys' },
        'Click an input for its stages; drag to zoom, double-click for all. Left and right go through the marked inputs.',
      ),
      part.notes.map((note) => el('p', { class: 'note' }, note)),
      this.#card,
      this.#list,
      el('p', { class: 'note' }, OUTLIER_RULE),
    );
    onRedraw(() => this.draw());
    onResize(this.#place, (width) => this.#plot?.setSize({ width, height: heightFor(width) }));
    this.#listen();
  }

  draw(): void {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    this.#outliers = outliersOf(this.part, this.#x, this.#y);
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(width), this.#data(), this.#place);
    this.#place.setAttribute(
      'aria-label',
      `${this.#y.heading} against ${this.#x.heading} of ${plural(this.part.names.length, 'input')}`,
    );
    this.#say(null);
    this.#drawList();
  }

  #choose(side: 'x' | 'y', column: InputColumn): void {
    if (side === 'x') this.#x = column;
    else this.#y = column;
    this.draw();
  }

  #search(): HTMLElement {
    const search = el('input', {
      type: 'search',
      placeholder: 'find an input',
      attributes: { 'aria-label': 'Find an input' },
      on: {
        input: () => {
          const text = search.value.trim().toLowerCase();
          const found = text === '' ? -1 : this.part.names.findIndex((name) => name.toLowerCase().includes(text));
          this.#point(found === -1 ? null : found);
        },
        change: () => {
          if (this.#cursor !== null) this.#open(this.#cursor);
        },
      },
    });
    return search;
  }

  /** Sorted by the first column, as the library needs it. */
  #data(): uPlot.AlignedData {
    const { values } = this.#x;
    const order = [...values.keys()].filter((input) => values[input] !== null && this.#y.values[input] !== null);
    order.sort((a, b) => values[a]! - values[b]!);
    this.#order = order;
    return [order.map((input) => values[input]!), order.map((input) => this.#y.values[input]!)] as uPlot.AlignedData;
  }

  #options(width: number): uPlot.Options {
    const theme = currentTheme();
    const [logX, logY] = [this.#x, this.#y].map((column) => this.#isLog === 'log' && wantsLogarithms(column));
    const steps = ({ unit }: InputColumn, isLog: boolean | undefined) =>
      unit === 'KiB' && isLog !== true ? { incrs: KIB_STEPS } : {};
    return {
      width,
      height: heightFor(width),
      legend: { show: false },
      padding: [10, 14, 0, 0],
      cursor: { drag: { x: true, y: true, uni: 20 }, points: { show: false } },
      scales: { x: { time: false, ...scaleOf(this.#x, logX) }, y: scaleOf(this.#y, logY) },
      axes: [
        axis(theme, {
          values: marks(this.#x.unit),
          label: this.#x.heading,
          labelSize: 18,
          size: 30,
          space: 70,
          ...steps(this.#x, logX),
        }),
        axis(theme, {
          values: marks(this.#y.unit),
          label: this.#y.heading,
          labelSize: 18,
          size: 66,
          ...steps(this.#y, logY),
        }),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: { draw: [(plot) => this.#paint(plot)], setCursor: [(plot) => this.#hover(plot)] },
    };
  }

  #paint(plot: uPlot): void {
    paintInputs(plot.ctx, plot.bbox, {
      inputs: this.#order,
      placeOf: (input) => this.#place2d(plot, input, true),
      marked: new Set(this.#outliers),
      isFailed: (input) => isFailed(this.part, input),
      rings: [this.#cursor, this.#chosen].filter((input) => input !== null),
      theme: currentTheme(),
    });
  }

  #place2d(plot: uPlot, input: number, onCanvas: boolean): readonly [number, number] {
    return [plot.valToPos(this.#x.values[input]!, 'x', onCanvas), plot.valToPos(this.#y.values[input]!, 'y', onCanvas)];
  }

  #hover(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    if (left < 0 || top < 0) return;
    this.#point(this.#nearest(plot, left, top));
  }

  #nearest(plot: uPlot, left: number, top: number): number | null {
    let nearest: number | null = null;
    let least = NEAR_PIXELS ** 2;
    for (const input of this.#order) {
      const x = plot.valToPos(this.#x.values[input]!, 'x') - left;
      if (x > NEAR_PIXELS || x < -NEAR_PIXELS) continue;
      const distance = x ** 2 + (plot.valToPos(this.#y.values[input]!, 'y') - top) ** 2;
      if (distance >= least) continue;
      least = distance;
      nearest = input;
    }
    return nearest;
  }

  #listen(): void {
    let downAt: readonly [number, number] = [0, 0];
    this.#place.addEventListener('mousedown', ({ clientX, clientY }) => {
      downAt = [clientX, clientY];
    });
    this.#place.addEventListener('click', ({ clientX, clientY }) => {
      // The end of a drag, which zooms.
      if (Math.hypot(clientX - downAt[0], clientY - downAt[1]) > 4) return;
      if (this.#cursor !== null) this.#open(this.#cursor);
    });
    this.#place.addEventListener('keydown', (event) => {
      const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (event.key === 'Enter' && this.#cursor !== null) this.#open(this.#cursor);
      else if (event.key === 'Escape') this.draw();
      else if (by !== 0) this.#step(by);
      else return;
      event.preventDefault();
    });
  }

  /** Goes through the marked inputs, or through all where none is marked. */
  #step(by: number): void {
    const among = this.#outliers.length > 0 ? this.#outliers : this.#order;
    const at = this.#cursor === null ? -1 : among.indexOf(this.#cursor);
    this.#point(among[Math.max(0, Math.min(among.length - 1, at + by))] ?? null);
  }

  #point(input: number | null): void {
    if (input === this.#cursor) return;
    this.#cursor = input;
    this.#plot?.redraw(false);
    this.#say(input);
  }

  #say(input: number | null): void {
    const { names, errors, total } = this.part;
    if (input === null) {
      const marked = this.#outliers.length;
      replaceChildren(
        this.#told,
        el('b', {}, plural(total, 'input')),
        `, ${marked.toLocaleString('en-US')} marked${errors.some(Boolean) ? `, ${failedText(this.part)}` : ''}`,
      );
      return;
    }
    const error = errors[this.part.error[input]!]!;
    replaceChildren(
      this.#told,
      named(names[input]!, 'function'),
      ` ${this.#x.heading} ${this.#text(this.#x, input)}, ${this.#y.heading} ${this.#text(this.#y, input)}`,
      error === '' ? '' : [', failed: ', named(error)],
    );
  }

  #text({ values, unit }: InputColumn, input: number): string {
    return amount(values[input], unit);
  }

  #open(input: number): void {
    this.#chosen = input;
    replaceChildren(
      this.#card,
      inputCard(this.part, this.#medians, input, () => {
        this.#chosen = null;
        replaceChildren(this.#card);
        this.#plot?.redraw(false);
        this.#place.focus();
      }),
    );
    this.#plot?.redraw(false);
    const card = this.#card.firstElementChild as HTMLElement;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'nearest' });
  }

  #drawList(): void {
    const columns = [this.#x, this.#y] as const;
    const lists = { marked: this.#outliers, order: this.#order, onOpen: (input: number) => this.#open(input) };
    replaceChildren(this.#list, inputTables(this.part, columns, lists));
  }
}

function heightFor(width: number): number {
  return Math.round(Math.max(260, Math.min(460, width * 0.42)));
}
