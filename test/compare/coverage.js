// node test/compare/coverage.js [TRIALS]: how often the interval of `stageprof compare` has the true change in it, and
// how often a change is found where there is none. The cost of an input is lognormal with sigma 1.5, so that the ten
// largest of 1,000 make up some 20 % of all. Its measurement on either side has an error of its own. The tables of
// docs/compare.md are the output.
import { independentChange, pairedChange } from '../../dist/compare/estimate.js';
import { holm } from '../../dist/compare/holm.js';
import { INPUT_GROUPS } from '../../dist/compare/label-sums.js';
import { twoSidedProbability, twoSidedQuantile } from '../../dist/compare/student-t.js';
import { seeded } from '../support/random.js';

const SIGMA = 1.5;
const CONFIDENCE = 0.95;
/** One --fail-on expression covers so many labels. */
const FAMILY = 40;

/**
 * @typedef {object} Corpus
 * @property {number} inputs on either side
 * @property {number} change of every input, 0.05 for 5 %
 * @property {number} error of what is measured of an input: sigma of a lognormal
 * @property {number} [spread] of the change between inputs
 * @property {number} [run] of what a whole run has in common, such as the machine it got
 * @property {boolean} [unmatched] the sides have other inputs of the same kind
 */

/** A corpus run on both sides. @param {Corpus} corpus @param {() => number} random */
export function simulate({ inputs, change, error, spread = 0, run = 0, unmatched = false }, random) {
  const [base, next] = [emptyGroups(), emptyGroups()];
  const runs = [Math.exp(run * normal(random)), Math.exp(run * normal(random))];
  for (let input = 0; input < inputs; input++) {
    const group = Math.floor(random() * INPUT_GROUPS);
    const cost = Math.exp(SIGMA * normal(random));
    // Inputs do not all change by the same.
    const factor = (1 + change) * Math.exp(spread * normal(random) - spread ** 2 / 2);
    add(base, group, cost * runs[0] * Math.exp(error * normal(random)));
    const ofNew = unmatched ? Math.exp(SIGMA * normal(random)) : cost;
    const newGroup = unmatched ? Math.floor(random() * INPUT_GROUPS) : group;
    add(next, newGroup, ofNew * runs[1] * factor * Math.exp(error * normal(random)));
  }
  return { base, next };
}

/** @param {Corpus} corpus @param {number} trials @param {() => number} random */
export function coverageOf(corpus, trials, random, changeOf = corpus.unmatched ? independentChange : pairedChange) {
  const found = { trials, covered: 0, up: 0, down: 0 };
  const widths = [];
  for (let trial = 0; trial < trials; trial++) {
    const { base, next } = simulate(corpus, random);
    const { relative } = changeOf(base, next, CONFIDENCE);
    if (relative.low <= corpus.change && corpus.change <= relative.high) found.covered++;
    if (relative.probability <= 1 - CONFIDENCE) found[relative.value > 0 ? 'up' : 'down']++;
    widths.push((relative.high - relative.low) / 2);
  }
  return { ...found, width: widths.sort((a, b) => a - b)[trials >> 1] };
}

/**
 * How often `--fail-on 'wall_s>N%'` over 40 labels that do not depend on each other finds at least one.
 * @param {Corpus} corpus @param {number} threshold 0.05 for 5 % @param {number} trials @param {() => number} random
 */
export function alarmsOf(corpus, threshold, trials, random, changeOf = pairedChange) {
  const found = { trials, alarms: 0, withoutHolm: 0, withoutTest: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const changes = Array.from({ length: FAMILY }, () => {
      const { base, next } = simulate(corpus, random);
      return changeOf(base, next, CONFIDENCE).relative;
    });
    const together = holm(changes.map(({ probability }) => probability));
    const over = (index) => changes[index].value > threshold;
    if (changes.some((_, index) => over(index) && together[index] <= 1 - CONFIDENCE)) found.alarms++;
    if (changes.some(({ probability }, index) => over(index) && probability <= 1 - CONFIDENCE)) found.withoutHolm++;
    if (changes.some((_, index) => over(index))) found.withoutTest++;
  }
  return found;
}

/** What `pairedChange` would be without Kish: with one degree of freedom less than there are groups. */
function ordinaryChange(base, next, confidence) {
  const [sumOfBase, sumOfNew] = [base, next].map(({ sums }) => sums.reduce((sum, value) => sum + value, 0));
  const groups = Array.from(base.counts.keys()).filter((group) => base.counts[group] > 0);
  const without = groups.map((group) => Math.log((sumOfNew - next.sums[group]) / (sumOfBase - base.sums[group])));
  const mean = without.reduce((sum, value) => sum + value, 0) / groups.length;
  const squares = without.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt((squares * (groups.length - 1)) / groups.length);
  const change = Math.log(sumOfNew / sumOfBase);
  const half = twoSidedQuantile(confidence, groups.length - 1) * error;
  return {
    relative: {
      value: Math.expm1(change),
      low: Math.expm1(change - half),
      high: Math.expm1(change + half),
      probability: twoSidedProbability(change / error, groups.length - 1),
    },
  };
}

function emptyGroups() {
  const weights = new Float64Array(INPUT_GROUPS);
  return { sums: new Float64Array(INPUT_GROUPS), weights, counts: weights };
}

function add({ sums, weights }, group, value) {
  sums[group] += value;
  weights[group]++;
}

/** Box and Muller. */
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const percent = (share) => `${(share * 100).toFixed(1)} %`;
const row = (cells) => console.log(`| ${cells.join(' | ')} |`);

const KINDS = [
  { name: '10 %', corpus: { error: 0.1 } },
  { name: '50 %', corpus: { error: 0.5 } },
  { name: '10 %, changes differ by 20 %', corpus: { error: 0.1, spread: 0.2 } },
  { name: '10 %, `--unmatched`', corpus: { error: 0.1, unmatched: true } },
];

function main(trials) {
  const random = seeded(20_261_123);
  row(['inputs', 'error', 'true change', 'interval has it', 'median of half its width', 'found up', 'found down']);
  row(['--:', '--:', '--:', '--:', '--:', '--:', '--:']);
  for (const kind of KINDS) {
    for (const change of [0, 0.05]) {
      for (const inputs of [10, 30, 100, 1000]) {
        const found = coverageOf({ ...kind.corpus, inputs, change }, trials, random);
        const shares = [change, found.covered / trials, found.width, found.up / trials, found.down / trials];
        row([inputs, kind.name, ...shares.map(percent)]);
      }
    }
  }
  console.log();
  row(['inputs', 'threshold', 'false alarm', 'without Holm', 'without a test']);
  row(['--:', '--:', '--:', '--:', '--:']);
  const fewer = Math.ceil(trials / 10);
  for (const threshold of [0, 0.05, 0.1]) {
    for (const inputs of [10, 100, 1000]) {
      const found = alarmsOf({ inputs, change: 0, error: 0.1 }, threshold, fewer, random);
      row([
        inputs,
        `>${threshold * 100}%`,
        ...['alarms', 'withoutHolm', 'withoutTest'].map((of) => percent(found[of] / fewer)),
      ]);
    }
  }
  console.log();
  row(['inputs', 'runs differ by', 'false alarm at >0%', 'at >5%', 'at >10%']);
  row(['--:', '--:', '--:', '--:', '--:']);
  for (const run of [0.01, 0.03]) {
    for (const inputs of [100, 1000]) {
      const found = [0, 0.05, 0.1].map((threshold) =>
        alarmsOfOne({ inputs, change: 0, error: 0.1, run }, threshold, trials, random),
      );
      row([inputs, `${run * 100} %`, ...found.map((alarms) => percent(alarms / trials))]);
    }
  }
  console.log();
  row(['inputs', 'interval has it', 'false alarm of 40 labels at >0%']);
  row(['--:', '--:', '--:']);
  for (const inputs of [10, 30, 100, 1000]) {
    const { covered } = coverageOf({ inputs, change: 0, error: 0.1 }, trials, random, ordinaryChange);
    const { alarms } = alarmsOf({ inputs, change: 0, error: 0.1 }, 0, fewer, random, ordinaryChange);
    row([inputs, percent(covered / trials), percent(alarms / fewer)]);
  }
}

/** The same for a single label. */
function alarmsOfOne(corpus, threshold, trials, random) {
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { base, next } = simulate(corpus, random);
    const { relative } = pairedChange(base, next, CONFIDENCE);
    if (relative.value > threshold && relative.probability <= 1 - CONFIDENCE) alarms++;
  }
  return alarms;
}

if (process.argv[1] === import.meta.filename) main(Number(process.argv[2] ?? 10_000));
