import { inline } from '../text/format.js';
import { intervalOf, percentQuantity, quantityOf } from './cells.js';
import { percentText } from './compare-note.js';
import type { Comparison } from './comparison.js';
import type { Expression, Violation } from './fail-on.js';

/** One line on a change that an expression forbids. */
export function violationText({ expression, comparison, change, family }: Violation, confidence: number): string {
  const { stage, field, base, new: next, statistic, whyNoInterval } = comparison;
  const by = expression.isRelative ? relativeText(change.value) : inline(quantityOf(field, change.value, true));
  const interval = intervalOf(field, change, expression.isRelative);
  const known =
    interval !== ''
      ? `${percentText(confidence)} interval ${interval}, significant among ${family}`
      : change.probability !== null
        ? `significant among ${family}`
        : `without an interval: ${whyNoInterval}`;
  const values = `${inline(quantityOf(field, base))} to ${inline(quantityOf(field, next))}`;
  return `--fail-on ${expression.text}: ${stage}: ${field} ${statistic} ${values}, ${by} (${known})`;
}

function relativeText(share: number): string {
  if (Number.isFinite(share)) return inline(percentQuantity(share));
  return share > 0 ? 'from nothing' : 'to less than nothing';
}

/** A message names at most so many labels. */
const MOST_NAMED = 20;

/** Why an expression covers nothing, and what there is. */
export function uncoveredText({ labels, field }: Expression, comparisons: readonly Comparison[]): string {
  const ofField = comparisons.filter((comparison) => comparison.field === field);
  if (ofField.length === 0) return `${field} was measured on neither side`;
  const onBoth = ofField.filter(({ difference }) => difference !== null);
  if (onBoth.length === 0) {
    const side = ofField.some(({ base }) => base !== null) ? 'new' : 'base';
    return `${field} was not measured in ${side}`;
  }
  const named = ofField.find(({ stage }) => stage === labels);
  if (named !== undefined) return `${labels} is ${named.state === 'new' ? 'only in new' : 'only in base'}`;
  const names = onBoth.slice(0, MOST_NAMED).map(({ stage }) => stage);
  const others = onBoth.length - names.length;
  return `no label of both sides is ${labels}, there are ${names.join(', ')}${others > 0 ? ` and ${others} more` : ''}`;
}
