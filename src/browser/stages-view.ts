import type { ReportPart, StageColumn } from '../page/page-data.js';
import { append, button, choice, el, replaceChildren, wide } from './dom.js';
import { chooseStage, onStage } from './selection.js';
import { cellValue, largestOf, type Share, type ShownLine, shownLines, stageForest } from './stages-model.js';
import { amount, named, plural, told } from './text.js';

/** More lines are shown when they are asked for. */
const FIRST_LINES = 300;

/** The tree of stages as a table. */
export function stagesView(report: ReportPart): HTMLElement {
  return new StagesTable(report).element;
}

class StagesTable {
  readonly element: HTMLElement;
  readonly #nodes;
  readonly #chosen: Set<number>;
  readonly #head = el('tr');
  readonly #body = el('tbody');
  readonly #foot = el('tfoot');
  readonly #more = el('p', { class: 'note' });
  readonly #caption = el('caption', { class: 'unseen' });
  readonly #boxes = new Map<number, HTMLInputElement>();
  readonly #closed = new Set<string>();
  #by: number | null = null;
  #descending = true;
  #share: Share = 'total';
  #shape: 'tree' | 'list';
  #search = '';
  #most = FIRST_LINES;
  #marked: string | null = null;

  constructor(private readonly report: ReportPart) {
    const { columns, isTree } = report;
    this.#nodes = stageForest(report);
    this.#chosen = new Set(columns.flatMap(({ givesWay }, index) => (givesWay === null ? [] : [index])));
    this.#shape = isTree ? 'tree' : 'list';
    const table = el('table', { class: 'stages' }, this.#caption, el('thead', {}, this.#head), this.#body, this.#foot);
    const region = wide('Table of stages', table);
    this.element = el('div', {}, this.#controls(), region, this.#more);
    onStage((stage) => {
      this.#marked = stage;
      this.#drawBody();
    });
    this.#draw();
    const observer = new ResizeObserver(() => {
      if (region.clientWidth === 0) return;
      observer.disconnect();
      this.#fit(region);
    });
    observer.observe(region);
  }

  /** Takes the least important columns away while the table is wider than its place. They can be chosen again. */
  #fit(region: HTMLElement): void {
    const { columns } = this.report;
    const leaving = [...this.#chosen].filter((index) => columns[index]!.givesWay! > 0);
    leaving.sort((a, b) => columns[b]!.givesWay! - columns[a]!.givesWay!);
    for (const index of leaving) {
      if (region.scrollWidth <= region.clientWidth) return;
      this.#chosen.delete(index);
      this.#boxes.get(index)!.checked = false;
      this.#draw();
    }
  }

  #controls(): HTMLElement {
    const { columns, isTree } = this.report;
    const search = el('input', {
      type: 'search',
      placeholder: 'find a stage',
      attributes: { 'aria-label': 'Find a stage' },
      on: {
        input: () => {
          this.#search = search.value;
          this.#drawBody();
        },
      },
    });
    const share = choice(
      'What the numbers cover',
      [
        ['total', 'with stages below'],
        ['self', 'itself'],
      ],
      this.#share,
      (value) => {
        this.#share = value as Share;
        this.#draw();
      },
    );
    const shape = choice(
      'Shape',
      [
        ['tree', 'tree'],
        ['list', 'list'],
      ],
      this.#shape,
      (value) => {
        this.#shape = value as 'tree' | 'list';
        this.#drawBody();
      },
    );
    const groups = [...new Set(columns.map(({ group }) => group))];
    const chooser = el(
      'details',
      { class: 'chooser' },
      el('summary', {}, 'columns'),
      el(
        'div',
        { class: 'panel' },
        groups.map((group) => this.#group(group)),
      ),
    );
    return el('div', { class: 'controls' }, search, isTree ? [share, shape] : null, chooser);
  }

  #group(group: string): HTMLElement {
    const boxes = this.report.columns.map((column, index) => {
      if (column.group !== group) return null;
      const box = el('input', {
        type: 'checkbox',
        checked: this.#chosen.has(index),
        attributes: { 'data-column': column.key },
        on: {
          change: () => {
            if (box.checked) this.#chosen.add(index);
            else this.#chosen.delete(index);
            this.#draw();
          },
        },
      });
      this.#boxes.set(index, box);
      return el('label', { title: column.description }, box, el('span', {}, column.heading));
    });
    return el('fieldset', {}, el('legend', {}, group), boxes);
  }

  #draw(): void {
    const { rowCount, rowsAre } = this.report;
    this.#caption.textContent = `${plural(rowCount, rowsAre === 'stages' ? 'stage' : 'row')} by ${this.#chosen.size} columns`;
    replaceChildren(this.#head, this.#firstHeading(), this.#shown().map(this.#heading));
    this.#drawBody();
    this.#drawFoot();
  }

  #shown(): number[] {
    return this.report.columns.flatMap((_, index) => (this.#chosen.has(index) ? [index] : []));
  }

  #firstHeading(): HTMLElement {
    const text = this.report.rowsAre === 'stages' ? 'stage' : told(this.report.rowsAre);
    const sort = button(text, () => this.#sortBy(null), { title: 'In the order of first entry' });
    return el('th', { scope: 'col', class: 'label', attributes: this.#sorted(null) }, sort);
  }

  readonly #heading = (index: number): HTMLElement => {
    const column = this.report.columns[index]!;
    const sort = button(this.#headingText(column), () => this.#sortBy(index), {
      title: `${column.description} (${column.key})`,
      attributes: { 'data-sort': column.key },
    });
    return el('th', { scope: 'col', attributes: this.#sorted(index) }, sort);
  };

  #headingText({ heading, self, fold }: StageColumn): string {
    if (this.#share === 'total') return heading;
    return self !== null || fold === 'flow' || fold === 'growth' ? `${heading} self` : heading;
  }

  #sorted(index: number | null): Record<string, string> {
    if (this.#by !== index || index === null) return {};
    return { 'aria-sort': this.#descending ? 'descending' : 'ascending' };
  }

  #sortBy(index: number | null): void {
    this.#descending = this.#by === index ? !this.#descending : true;
    this.#by = index;
    this.#draw();
    const key = index === null ? null : this.report.columns[index]!.key;
    // The button that was pressed has been replaced.
    const again = key === null ? 'th button' : `[data-sort="${CSS.escape(key)}"]`;
    this.#head.querySelector<HTMLElement>(again)?.focus();
  }

  #drawBody(): void {
    const lines = shownLines(this.#nodes, this.report.columns, {
      by: this.#by,
      descending: this.#descending,
      share: this.#share,
      shape: this.#shape,
      closed: this.#closed,
      search: this.#search,
    });
    const columns = this.#shown();
    const largest = new Map(
      columns.map((index) => [index, largestOf(this.#nodes, this.report.columns, index, this.#share)]),
    );
    replaceChildren(
      this.#body,
      lines.slice(0, this.#most).map((line) => this.#line(line, columns, largest)),
    );
    this.#sayMore(lines.length);
  }

  #sayMore(count: number): void {
    const { rowCount, lines } = this.report;
    replaceChildren(this.#more);
    if (count === 0) append(this.#more, ['No stage has this text in its label.']);
    if (count > this.#most) {
      append(this.#more, [
        `${plural(this.#most, 'line')} of ${count.toLocaleString('en-US')} shown. `,
        button('Show all', () => {
          this.#most = Number.POSITIVE_INFINITY;
          this.#drawBody();
        }),
      ]);
    }
    if (rowCount > lines.length) {
      append(this.#more, [` ${(rowCount - lines.length).toLocaleString('en-US')} further rows are not on this page.`]);
    }
  }

  #line(
    { node, depth, isOpen }: ShownLine,
    columns: readonly number[],
    largest: ReadonlyMap<number, number>,
  ): HTMLElement {
    const { line, children } = node;
    const name = this.#shape === 'tree' ? line.name : line.stage;
    const fold =
      children.length === 0 || this.#shape === 'list'
        ? el('span', { class: 'fold' })
        : button(isOpen ? '▾' : '▸', () => this.#fold(line.stage), {
            class: 'fold',
            attributes: { 'aria-expanded': String(isOpen), 'aria-label': `Stages below ${told(line.stage)}` },
          });
    const label = button(named(name), () => chooseStage(line.stage), { class: 'stage', title: told(line.stage) });
    const kinds = line.findings.map((kind) => el('span', { class: 'pill' }, kind));
    const cells = columns.map((index) =>
      this.#cell(cellValue(this.report.columns, node, index, this.#share), index, largest),
    );
    return el(
      'tr',
      line.stage === this.#marked
        ? { class: 'marked', attributes: { 'data-stage': line.stage } }
        : { attributes: { 'data-stage': line.stage } },
      el('th', { scope: 'row', class: 'label', style: { '--depth': String(Math.min(depth, 40)) } }, fold, label, kinds),
      cells,
    );
  }

  #cell(value: number | null, index: number, largest: ReadonlyMap<number, number>): HTMLElement {
    const { unit, signed } = this.report.columns[index]!;
    const most = largest.get(index)!;
    const share = most === 0 || value === null ? 0 : Math.abs(value) / most;
    const text = amount(value, unit, signed);
    if (share < 0.005) return el('td', {}, text);
    return el('td', { class: value! < 0 ? 'bar less' : 'bar', style: { '--share': share.toFixed(3) } }, text);
  }

  #fold(stage: string): void {
    if (!this.#closed.delete(stage)) this.#closed.add(stage);
    this.#drawBody();
    this.#body.querySelector<HTMLElement>(`[data-stage="${CSS.escape(stage)}"] .fold`)?.focus();
  }

  #drawFoot(): void {
    const columns = this.#shown();
    replaceChildren(
      this.#foot,
      this.report.ends.map(({ label, cells, findings }) =>
        el(
          'tr',
          {},
          el(
            'th',
            { scope: 'row', class: 'label' },
            el('span', { class: 'fold' }),
            label,
            findings.map((kind) => el('span', { class: 'pill' }, kind)),
          ),
          columns.map((index) => el('td', {}, this.#share === 'total' ? (cells[index] ?? '') : '')),
        ),
      ),
    );
  }
}
