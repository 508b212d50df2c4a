import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { Change, Comparison } from './comparison.js';
import { holm } from './holm.js';

/** What must not happen: `[LABELS:]METRIC>THRESHOLD` or `[LABELS:]METRIC<-THRESHOLD`. */
export interface Expression {
  /** As it was given. */
  readonly text: string;
  /** A pattern in which `*` stands for any text and `?` for one character; undefined for all labels. */
  readonly labels: string | undefined;
  readonly field: NumberField;
  readonly direction: '>' | '<';
  /** Whether the threshold is one of the relative change, not of the difference in the unit of the metric. */
  readonly isRelative: boolean;
  readonly threshold: number;
}

const FORM = /^(?:(.+):)?\s*(\w+)\s*([<>])\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*(%|[A-Za-z]+)?$/su;

/** Factors to the units of a report, seconds and KiB. Prefixes are those of the SI: a kB or KB has 1,000 bytes. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  s: { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 },
  KiB: {
    ...{ B: 1 / 1024, KiB: 1, MiB: 1024, GiB: 1024 ** 2, TiB: 1024 ** 3 },
    ...{ kB: 1e3 / 1024, KB: 1e3 / 1024, MB: 1e6 / 1024, GB: 1e9 / 1024, TB: 1e12 / 1024 },
  },
};

/** @throws {Error} that says what is wrong with the text, and what is allowed */
export function parseExpression(text: string): Expression {
  const match = FORM.exec(text.trim());
  if (match === null) {
    throw new Error(
      'It has to be METRIC>THRESHOLD, such as wall_s>10%, extract.*:rss_kb_peak_max>100MB or wall_s<-10%.',
    );
  }
  const [, labels, name, direction, digits, unit] = match;
  const metric = NUMBER_METRICS.find(({ field }) => field === name);
  if (metric === undefined) throw new Error(`There is no metric ${name}, there are ${knownFields()}.`);
  const amount = Number(digits);
  if (direction === '>' ? amount < 0 : amount > 0) {
    throw new Error(`A rise is ${name}>10%, a drop ${name}<-10%: the sign of ${digits} does not fit.`);
  }
  const isRelative = unit === '%';
  if (isRelative && metric.fold === 'growth') {
    throw new Error(`${name} may be about zero, so that a percentage says nothing: give a size, such as ${name}>10MB.`);
  }
  return {
    text,
    labels,
    field: metric.field,
    direction: direction as '>' | '<',
    isRelative,
    threshold: isRelative ? amount / 100 : amount * unitOf(name!, metric.unit, unit),
  };
}

function unitOf(name: string, of: string, unit: string | undefined): number {
  const units = UNITS[of];
  if (units === undefined) {
    if (unit === undefined) return 1;
    throw new Error(`${name} is a count: give a percentage, or a number without a unit.`);
  }
  const factor = unit === undefined || !Object.hasOwn(units, unit) ? undefined : units[unit];
  if (factor !== undefined) return factor;
  throw new Error(`The threshold of ${name} needs one of the units %, ${Object.keys(units).join(', ')}.`);
}

export function knownFields(): string {
  return NUMBER_METRICS.map(({ field }) => field).join(', ');
}

/** A change that an expression forbids. */
export interface Violation {
  readonly expression: Expression;
  readonly comparison: Comparison;
  /** The change that is over the threshold. */
  readonly change: Change;
  /** How many of the comparisons that the expression covers have an interval. */
  readonly family: number;
}

/** Comparisons that the expression is about, of labels that have the metric on both sides. */
export function coveredBy({ labels, field }: Expression, comparisons: readonly Comparison[]): Comparison[] {
  const isCovered = labels === undefined ? () => true : matcherOf(labels);
  return comparisons.filter(
    (comparison) => comparison.field === field && comparison.difference !== null && isCovered(comparison.stage),
  );
}

/**
 * Comparisons whose change is over the threshold, and either has no interval or is significant: with the given
 * confidence for all comparisons that the expression covers together, by Holm.
 */
export function violationsOf(
  expression: Expression,
  comparisons: readonly Comparison[],
  confidence: number,
): Violation[] {
  const covered = coveredBy(expression, comparisons).map((comparison) => ({
    comparison,
    change: changeOf(expression, comparison),
  }));
  const judged = covered.filter(({ change }) => change.probability !== null);
  const together = holm(judged.map(({ change }) => change.probability!));
  const isSignificant = new Map(
    judged.map(({ comparison }, index) => [comparison, together[index]! <= 1 - confidence]),
  );
  return covered
    .filter(({ comparison, change }) => isOver(expression, change.value) && isSignificant.get(comparison) !== false)
    .map(({ comparison, change }) => ({ expression, comparison, change, family: judged.length }));
}

function changeOf({ isRelative }: Expression, { relative, difference }: Comparison): Change {
  const { value, probability } = difference!;
  if (!isRelative) return difference!;
  // A change from nothing to something is more than any percentage.
  const unbounded = value === 0 ? 0 : Math.sign(value) * Number.POSITIVE_INFINITY;
  return relative ?? { value: unbounded, low: null, high: null, probability };
}

/** 11 calls in place of 10 are 10 % more, and not over 10 %, however 11 / 10 - 1 is rounded. */
const ROUNDING = 1e-9;

function isOver({ direction, threshold }: Expression, value: number): boolean {
  return (direction === '>' ? value - threshold : threshold - value) > ROUNDING * Math.max(1, Math.abs(threshold));
}

function matcherOf(pattern: string): (label: string) => boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  );
  const form = new RegExp(`^${source}$`, 'su');
  return (label) => form.test(label);
}
