import uPlot from 'uplot';
import type { TimelinePart } from '../page/page-data.js';
import { axis, KIB_STEPS, marks, SECOND_STEPS } from './charts.js';
import { el, replaceChildren, select } from './dom.js';
import { colourOf, holderOf } from './holders.js';
import { paintLanes } from './lanes.js';
import { chooseStage } from './selection.js';
import { amount, clock, named, plural, told } from './text.js';
import { currentTheme, onRedraw, onResize, type Theme } from './theme.js';
import { type Lane, lanesOf, openAt, peakOf, type StackedHolder, stackedHolders } from './timeline-model.js';
import { timelineTable } from './timeline-table.js';

const MOST_LANES = 14;
const LEFT = 68;
const RIGHT = 14;

/** The resident set over time by holder, with the stages above it. */
export function timelinesView(parts: readonly TimelinePart[]): {
  readonly element: HTMLElement;
  readonly draw: () => void;
} {
  let shown = new Timeline(parts[0]!);
  const place = el('div', {}, shown.element);
  const chooser =
    parts.length < 2
      ? null
      : el(
          'div',
          { class: 'controls' },
          select(
            'process',
            parts.map(({ name }, index) => [String(index), told(name)] as const),
            '0',
            (index) => {
              shown = new Timeline(parts[Number(index)]!);
              replaceChildren(place, shown.element);
              shown.draw();
            },
          ),
        );
  onRedraw(() => shown.draw());
  return { element: el('div', {}, chooser, place), draw: () => shown.draw() };
}

class Timeline {
  readonly element: HTMLElement;
  readonly #place = el('div', {
    class: 'plot timeline',
    tabIndex: 0,
    role: 'application',
    attributes: { 'aria-roledescription': 'chart over time', 'aria-label': 'Resident set by holder over time' },
  });
  readonly #lanes = el('canvas', { class: 'lanes', attributes: { 'aria-hidden': 'true' } });
  readonly #told = el('div', { class: 'told readout', attributes: { 'aria-live': 'polite' } });
  readonly #holders: readonly StackedHolder[];
  readonly #shownLanes: readonly Lane[];
  readonly #peak: number | null;
  #plot: uPlot | null = null;
  #at: number | null = null;

  constructor(private readonly part: TimelinePart) {
    this.#holders = stackedHolders(part);
    this.#peak = peakOf(part);
    const { lanes, more } = lanesOf(part, MOST_LANES);
    this.#shownLanes = lanes;
    this.element = el(
      'div',
      {},
      this.#told,
      this.#lanes,
      this.#place,
      more > 0
        ? el(
            'p',
            { class: 'note' },
            `${plural(more, 'further stage')}, open for less time, ${more === 1 ? 'has' : 'have'} no lane.`,
          )
        : null,
      el(
        'p',
        { class: 'note' },
        part.note,
        el('span', { class: 'unprinted' }, ' Drag to zoom, double-click or Esc for all; left and right move.'),
      ),
      timelineTable(part, this.#holders, this.#peak),
    );
    this.#listen();
    onResize(this.#place, (width) => this.#plot?.setSize({ width, height: heightFor(width) }));
  }

  draw(): void {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    const theme = currentTheme();
    const data = [this.part.t, ...this.#holders.map(({ top }) => top).reverse(), this.part.rss];
    this.#plot = new uPlot(this.#options(width, theme), data as unknown as uPlot.AlignedData, this.#place);
    this.#say(this.#at);
  }

  #options(width: number, theme: Theme): uPlot.Options {
    return {
      width,
      height: heightFor(width),
      legend: { show: false },
      padding: [20, RIGHT, 0, 0],
      cursor: { drag: { x: true, y: false }, points: { show: false }, y: false },
      scales: { x: { time: false }, y: { range: (_, __, high) => [0, (high || 1) * 1.06] } },
      axes: [
        axis(theme, {
          values: (_, values) => values.map((seconds) => clock(seconds)),
          incrs: SECOND_STEPS,
          size: 30,
          space: 80,
        }),
        axis(theme, { values: marks('KiB'), incrs: KIB_STEPS, size: LEFT }),
      ],
      series: [
        {},
        ...this.#holders
          .map(
            ({ holder }): uPlot.Series => ({
              stroke: theme.panel,
              width: 0.5,
              fill: colourOf(holder),
              points: { show: false },
            }),
          )
          .reverse(),
        { stroke: theme.text, width: 1.25, points: { show: false } },
      ],
      hooks: {
        draw: [(plot) => this.#paintPeak(plot, theme)],
        setScale: [(plot, key) => key === 'x' && this.#paintLanes(plot, theme)],
        setSize: [(plot) => this.#paintLanes(plot, theme)],
        setCursor: [(plot) => this.#hover(plot)],
      },
    };
  }

  #paintLanes(plot: uPlot, theme: Theme): void {
    const { min = 0, max = 1 } = plot.scales.x ?? {};
    paintLanes(this.#lanes, this.#shownLanes, {
      t: this.part.t,
      from: min,
      to: max,
      left: LEFT,
      width: plot.width,
      right: RIGHT,
      theme,
    });
  }

  /** A line at the peak, with its text. */
  #paintPeak(plot: uPlot, theme: Theme): void {
    if (this.#peak === null) return;
    const { ctx: context, bbox } = plot;
    const at = this.part.t[this.#peak]!;
    const { min = 0, max = 0 } = plot.scales.x ?? {};
    if (at < min || at > max) return;
    const scale = devicePixelRatio || 1;
    const x = plot.valToPos(at, 'x', true);
    const y = plot.valToPos(this.part.rss[this.#peak]!, 'y', true);
    context.save();
    context.strokeStyle = theme.mark;
    context.fillStyle = theme.mark;
    context.lineWidth = 1.5 * scale;
    context.setLineDash([4 * scale, 3 * scale]);
    context.beginPath();
    context.moveTo(x, bbox.top + bbox.height);
    context.lineTo(x, y);
    context.stroke();
    context.beginPath();
    context.arc(x, y, 4 * scale, 0, 2 * Math.PI);
    context.fill();
    context.font = `600 ${12 * scale}px ui-sans-serif, system-ui, sans-serif`;
    context.textBaseline = 'bottom';
    const text = `peak ${amount(this.part.rss[this.#peak], 'KiB')}`;
    const isRight = x + context.measureText(text).width + 12 * scale > bbox.left + bbox.width;
    context.textAlign = isRight ? 'right' : 'left';
    context.fillText(text, x + (isRight ? -7 : 7) * scale, Math.max(y - 3 * scale, bbox.top - 2 * scale));
    context.restore();
  }

  #hover(plot: uPlot): void {
    const { idx, left = -1 } = plot.cursor;
    this.#say(left < 0 || idx === null || idx === undefined ? null : idx);
  }

  #listen(): void {
    this.#place.addEventListener('keydown', (event) => {
      const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (event.key === 'Escape') this.draw();
      else if (by !== 0) this.#step(event.shiftKey ? by * 10 : by);
      else return;
      event.preventDefault();
    });
    this.#lanes.addEventListener('click', (event) => {
      const row = Math.floor((event.offsetY / this.#lanes.clientHeight) * this.#shownLanes.length);
      const lane = this.#shownLanes[row];
      if (lane !== undefined) chooseStage(lane.stage);
    });
  }

  #step(by: number): void {
    const last = this.part.t.length - 1;
    const at = Math.max(0, Math.min(last, (this.#at ?? this.#peak ?? 0) + by));
    this.#plot?.setCursor({ left: this.#plot.valToPos(this.part.t[at]!, 'x'), top: 10 });
    this.#say(at);
  }

  /** Who held how much at a point; at the peak where none is pointed at. */
  #say(at: number | null): void {
    this.#at = at;
    const point = at ?? this.#peak ?? this.part.t.length - 1;
    const stages = openAt(this.part, point);
    const cpu = this.part.cpu?.[point] ?? null;
    replaceChildren(
      this.#told,
      el(
        'p',
        {},
        el('b', {}, amount(this.part.rss[point], 'KiB')),
        ` at ${clock(this.part.t[point]!)}${at === null ? ', the highest reading' : ''}`,
        cpu === null ? '' : `, ${cpu.toFixed(2)} CPUs`,
        stages.length === 0
          ? ', no stage open'
          : [', in ', stages.map((stage, index) => [index === 0 ? '' : ', ', named(stage, 'function')])],
      ),
      el(
        'ul',
        { class: 'legend' },
        this.#holders.map(({ holder, kib }) =>
          el(
            'li',
            { title: holderOf(holder).meaning },
            el('i', { style: { background: colourOf(holder) } }),
            holderOf(holder).name,
            el('b', {}, amount(kib[point], 'KiB')),
          ),
        ),
      ),
    );
  }
}

function heightFor(width: number): number {
  return Math.round(Math.max(240, Math.min(380, width * 0.36)));
}
