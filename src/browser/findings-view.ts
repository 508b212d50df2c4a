import type { PageFinding, ReportPart } from '../page/page-data.js';
import { el } from './dom.js';
import { chooseStage } from './selection.js';
import { amount, named, plural } from './text.js';

/** So many are shown at once. */
const FIRST = 6;

/** What a person can act on, in words. */
export function findingsView({ findings }: ReportPart): HTMLElement {
  const worst = findings.filter(({ isWorst }) => isWorst);
  const first = worst.slice(0, FIRST);
  const others = findings.filter((finding) => !first.includes(finding));
  if (findings.length === 0) {
    return el(
      'p',
      { class: 'nothing' },
      'No rule found anything. That is no proof of health: a rule finds nothing where a number that it needs was not measured.',
    );
  }
  return el(
    'div',
    {},
    el('ol', { class: 'findings' }, first.map(card)),
    others.length === 0
      ? null
      : el(
          'details',
          {},
          el('summary', {}, plural(others.length, 'further finding')),
          el('ol', { class: 'findings' }, others.map(card)),
        ),
  );
}

function card({ stage, kind, text, share }: PageFinding): HTMLElement {
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'of' },
      el('span', { class: 'pill' }, kind),
      el('button', { type: 'button', class: 'stage', on: { click: () => chooseStage(stage) } }, named(stage)),
      el('span', {
        class: 'meter',
        title: 'Share of the time in stages, or of the highest resident set',
        style: { '--share': share.toFixed(3) },
      }),
      el('span', { class: 'muted' }, amount(share, 'share')),
    ),
    el('p', {}, named(text)),
  );
}
