import type { ProcessData, ReportPart, ThreadData } from '../page/page-data.js';
import { compositionBar } from './composition-view.js';
import { el, replaceChildren, wide } from './dom.js';
import { amount, named } from './text.js';

/** Processes, groups of threads and worker threads; null where the report has none of them. */
export function processesView({ processes, threads, workers, modules }: ReportPart): HTMLElement | null {
  const parts = [
    processes === null ? null : processTable(processes),
    threads === null || threads.lines.length === 0
      ? null
      : threadTable('CPU by group of threads', threads.lines, threads.note),
    workers === null || workers.lines.length === 0
      ? null
      : threadTable(
          'Worker threads',
          workers.lines,
          workers.more === 0 ? '' : `${workers.more.toLocaleString('en-US')} more, with smaller heaps.`,
        ),
    modules === null ? null : moduleTable(modules),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : el('div', { class: 'parts-of' }, parts);
}

function processTable({ lines, more }: NonNullable<ReportPart['processes']>): HTMLElement {
  const largest = Math.max(1, ...lines.map(({ peak }) => peak ?? 0));
  const place = el('div');
  const row = ({ pid, depth, command, exit, wall, cpu, peak, stages, composition }: ProcessData) =>
    el(
      'tr',
      {},
      el('td', {}, String(pid)),
      el(
        'th',
        { scope: 'row', class: 'label', style: { '--depth': String(Math.min(depth, 20)) } },
        composition === null
          ? named(command)
          : el(
              'button',
              {
                type: 'button',
                class: 'stage',
                title: 'Who holds its memory',
                on: { click: () => replaceChildren(place, compositionBar(composition, composition.rss)) },
              },
              named(command),
            ),
        stages ? el('span', { class: 'pill quiet' }, 'has stages') : null,
      ),
      el('td', { class: 'label' }, named(exit)),
      el('td', {}, amount(wall, 's')),
      el('td', {}, amount(cpu, 's')),
      el('td', { class: 'bar', style: { '--share': ((peak ?? 0) / largest).toFixed(3) } }, amount(peak, 'KiB')),
    );
  return el(
    'div',
    {},
    el('h3', {}, 'Processes'),
    wide(
      'Processes',
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col' }, 'pid'),
            ['command', 'exit'].map((text) => el('th', { scope: 'col', class: 'label' }, text)),
            ['wall', 'cpu', 'rss peak'].map((text) => el('th', { scope: 'col' }, text)),
          ),
        ),
        el('tbody', {}, lines.map(row)),
      ),
    ),
    more > 0 ? el('p', { class: 'note' }, `${more.toLocaleString('en-US')} more, with less memory.`) : null,
    place,
  );
}

function threadTable(title: string, lines: readonly ThreadData[], note: string): HTMLElement {
  const hasHeap = lines.some(({ heap }) => heap !== null);
  const most = Math.max(1e-9, ...lines.map(({ cpu }) => cpu ?? 0));
  return el(
    'div',
    {},
    el('h3', {}, title),
    wide(
      title,
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col', class: 'label' }, 'thread'),
            el('th', { scope: 'col' }, 'cpu'),
            hasHeap ? el('th', { scope: 'col' }, 'heap') : null,
            el('th', { scope: 'col', class: 'label' }, ''),
          ),
        ),
        el(
          'tbody',
          {},
          lines.map(({ name, detail, cpu, heap }) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row', class: 'label' }, named(name)),
              el('td', { class: 'bar', style: { '--share': ((cpu ?? 0) / most).toFixed(3) } }, amount(cpu, 's')),
              hasHeap ? el('td', {}, amount(heap, 'KiB')) : null,
              el('td', { class: 'label muted' }, named(detail)),
            ),
          ),
        ),
      ),
    ),
    note === '' ? null : el('p', { class: 'note' }, named(note)),
  );
}

function moduleTable({ names, lines, more }: NonNullable<ReportPart['modules']>): HTMLElement {
  return el(
    'div',
    {},
    el('h3', {}, 'Native memory allocated, by module'),
    wide(
      'Native memory by module',
      el(
        'table',
        { class: 'plain' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col', class: 'label' }, 'stage'),
            names.map((name) => el('th', { scope: 'col' }, named(name))),
          ),
        ),
        el(
          'tbody',
          {},
          lines.map(({ stage, cells }) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row', class: 'label' }, named(stage)),
              cells.map((kib) => el('td', {}, kib === null ? '' : amount(kib, 'KiB'))),
            ),
          ),
        ),
      ),
    ),
    more > 0 ? el('p', { class: 'note' }, `${more.toLocaleString('en-US')} more stages, with less.`) : null,
  );
}
