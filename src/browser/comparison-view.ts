import type { ChangeData, ComparedMetric, ComparedRow, ComparisonPart, PageUnit } from '../page/page-data.js';
import { choice, el, replaceChildren, wide } from './dom.js';
import { notesView } from './notes-view.js';
import { chooseStage } from './selection.js';
import { amount, named } from './text.js';

/** Two runs side by side: the numbers of both, the change, and its interval as a line. */
export function comparisonView({ heading, metrics, violations, notes, confidence }: ComparisonPart): HTMLElement {
  const place = el('div');
  const show = (key: string) => {
    const metric = metrics.find((one) => one.key === key);
    replaceChildren(place, metric === undefined ? null : metricTable(metric, confidence));
  };
  show(metrics[0]?.key ?? '');
  return el(
    'div',
    {},
    heading.map((line) => el('p', { class: 'sides' }, named(line))),
    violations.length === 0
      ? null
      : el(
          'ul',
          { class: 'violations' },
          violations.map((text) => el('li', {}, named(text))),
        ),
    metrics.length === 0
      ? el('p', { class: 'nothing' }, 'No metric has numbers on both sides.')
      : el(
          'div',
          { class: 'controls' },
          choice(
            'Metric',
            metrics.map(({ key, heading: name }) => [key, name] as const),
            metrics[0]!.key,
            show,
          ),
        ),
    place,
    notesView(notes),
  );
}

function metricTable({ key, heading, unit, what, rows, count }: ComparedMetric, confidence: number): HTMLElement {
  const hasRelative = rows.some(({ relative }) => relative !== null);
  const reach = Math.max(...rows.map((row) => reachOf(row, hasRelative)), 0);
  const scale = hasRelative ? Math.min(Math.max(reach, 0.02), 2) : reach || 1;
  const axisUnit: PageUnit = hasRelative ? 'share' : unit;
  return el(
    'div',
    {},
    el('p', { class: 'note' }, named(what)),
    wide(
      `Comparison of ${heading}`,
      el(
        'table',
        { class: 'plain compared', attributes: { 'data-metric': key } },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col', class: 'label' }, 'stage'),
            ['base', 'new', 'difference', 'change'].map((text) => el('th', { scope: 'col' }, text)),
            el(
              'th',
              { scope: 'col', class: 'interval' },
              el(
                'span',
                { class: 'scale' },
                el('span', {}, amount(-scale, axisUnit)),
                el('span', {}, `${amount(confidence, 'share').replace('.0%', '%')} interval`),
                el('span', {}, amount(scale, axisUnit, true)),
              ),
            ),
            el('th', { scope: 'col', class: 'label' }, 'verdict'),
          ),
        ),
        el(
          'tbody',
          {},
          rows.map((row) => comparedRow(row, unit, scale, hasRelative)),
        ),
      ),
    ),
    count > rows.length ? el('p', { class: 'note' }, `${rows.length} of ${count} labels`) : null,
  );
}

function comparedRow(row: ComparedRow, unit: PageUnit, scale: number, isRelative: boolean): HTMLElement {
  const change = isRelative ? row.relative : row.difference;
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row', class: 'label' },
      el('button', { type: 'button', class: 'stage', on: { click: () => chooseStage(row.stage) } }, named(row.stage)),
    ),
    el('td', {}, amount(row.base, unit)),
    el('td', {}, amount(row.new, unit)),
    el('td', {}, amount(row.difference?.value, unit, true)),
    el('td', {}, changeText(row.relative)),
    el('td', { class: 'interval' }, change === null ? null : whisker(change, scale, isRelative ? 'share' : unit)),
    el(
      'td',
      { class: 'label' },
      row.verdict === ''
        ? null
        : el(
            'span',
            { class: `pill ${row.verdict === 'up' ? 'alarm' : row.verdict === 'down' ? 'good' : 'quiet'}` },
            row.verdict,
          ),
    ),
  );
}

/** A dot at the change, a line over its interval, and a line at zero. */
function whisker({ value, low, high }: ChangeData, scale: number, unit: PageUnit): HTMLElement {
  const place = (number: number) => `${(50 + 50 * Math.max(-1, Math.min(1, number / scale))).toFixed(2)}%`;
  const told =
    low === null || high === null ? 'no interval' : `${amount(low, unit, true)} to ${amount(high, unit, true)}`;
  const isClear = low !== null && high !== null && (low > 0 || high < 0);
  return el(
    'div',
    {
      class: `whisker ${isClear ? (value > 0 ? 'more' : 'less') : 'unclear'}`,
      role: 'img',
      title: told,
      attributes: { 'aria-label': told },
    },
    low === null || high === null
      ? null
      : el('span', { class: 'line', style: { '--from': place(low), '--to': place(high) } }),
    el('span', { class: 'dot', style: { '--at': place(value) } }),
  );
}

function reachOf({ relative, difference }: ComparedRow, hasRelative: boolean): number {
  const change = hasRelative ? relative : difference;
  return change === null ? 0 : Math.max(Math.abs(change.value), Math.abs(change.low ?? 0), Math.abs(change.high ?? 0));
}

function changeText(change: ChangeData | null): string {
  if (change === null) return '-';
  return change.value >= 9 ? `× ${(change.value + 1).toPrecision(3)}` : amount(change.value, 'share', true);
}
