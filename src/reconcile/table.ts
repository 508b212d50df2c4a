import { reasonLines } from '../render/reason-lines.js';
import { amountOf } from '../render/reconciled-amounts.js';
import { escapeControls } from '../text/escape.js';
import { NOTHING, type Quantity } from '../text/format.js';
import { GAP, labelColumn, numberColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { type Paint, painter } from '../text/paint.js';
import type { Reconciled, ReconciledTask, Verdict } from './reconciled.js';
import { closingLines, type Reconciliation } from './reconciliation.js';

/** The headings of the numbers in every format that people read. */
export const HEADINGS = ['sacct', 'profiler', 'in inputs', 'difference', '%'] as const;

/** Three lines for each task, each with the reason for its difference, and the closing lines. */
export function renderReconcileTable(result: Reconciliation, layout: Layout = {}): string {
  return `${renderReconciled(result.tasks, layout)}\n${closingLines(result).join('\n')}\n`;
}

/** Three lines for each task. */
export function renderReconciled(tasks: readonly ReconciledTask[], layout: Layout = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false } = layout;
  const paint = painter(colour);
  const lines = tasks.flatMap((task) => task.quantities.map((quantity, index) => ({ task, quantity, index })));
  const once = (text: (task: ReconciledTask) => string) =>
    lines.map(({ task, index }) => (index === 0 ? escapeControls(text(task)) : ''));
  const columns = [
    labelColumn(['task', ...once(({ task }) => task)], Number.POSITIVE_INFINITY),
    labelColumn(['state', ...once(({ state }) => state)], 24),
    labelColumn(['', ...lines.map(({ quantity }) => quantity.what)], Number.POSITIVE_INFINITY),
    ...HEADINGS.map((heading, column) =>
      numberColumn(
        heading,
        lines.map(({ quantity }) => quantitiesOf(quantity)[column]!),
      ),
    ),
  ];
  const heading = columns.map(({ cells }) => cells[0]!).join(GAP);
  const body = lines.flatMap(({ quantity, index: line }, index) => {
    const numbers = columns.map(({ cells }) => cells[index + 1]!).join(GAP);
    // The reason why a task has no numbers at all stands once.
    const isRepeated = line > 0 && quantity.difference === null && isSame(quantity, lines[index - 1]!.quantity);
    const reason = isRepeated ? '' : escapeControls(reasonText(quantity));
    return reasonLines(numbers, reason, width, (text) => paint(STYLES[quantity.verdict], text));
  });
  return `${[paint('dim', heading.trimEnd()), ...body].join('\n')}\n`;
}

/** In the order of `HEADINGS`. */
export function quantitiesOf({ what, sacct, profiler, inside, difference, percent }: Reconciled): Quantity[] {
  return [
    amountOf(what, sacct),
    amountOf(what, profiler),
    amountOf(what, inside),
    amountOf(what, difference, true),
    percent === null ? NOTHING : { digits: `${percent > 0 ? '+' : ''}${percent.toFixed(1)}`, unit: '%' },
  ];
}

/** The text behind the numbers; empty if they agree. */
export function reasonText({ verdict, reasons }: Reconciled): string {
  return verdict === 'agrees' && reasons.length === 0 ? '' : reasons.join('; ');
}

const STYLES: Readonly<Record<Verdict, Parameters<Paint>[0]>> = {
  agrees: 'dim',
  explained: 'dim',
  unmeasured: 'dim',
  unexplained: 'red',
};

function isSame(one: Reconciled, other: Reconciled): boolean {
  return reasonText(one) === reasonText(other);
}
