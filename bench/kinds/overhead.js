// Questions about what is added to a program's work, measured to parts of a percent: see turns.js.

import { whyNotUnder } from '../launch.js';
import { estimateOf, median } from '../statistics.js';
import { baselineOf } from '../turns.js';
import { nanoseconds, ratioText } from '../units.js';

const CERTAINTY = '95 %';

export const headings = ['contender', 'wall', 'above', CERTAINTY, 'wall ratio', CERTAINTY, 'CPU ratio', CERTAINTY];

/**
 * @param {Map<string, import('../turns.js').Reading[][]>} results by contender, the turns of each round
 * @returns {string[][]} one row per contender
 */
export function rowsOf(question, results) {
  return question.contenders.map((contender) => {
    const { name, under } = contender;
    const values = results.get(name);
    if (values === undefined) return [name, `left out: ${whyNotUnder(under)}`, '', '', '', '', '', ''];
    const wall = nanoseconds(median(values.map((turns) => median(turns.map(({ wallNs }) => wallNs)))));
    const baseline = baselineOf(question, contender);
    if (name === baseline) return [name, wall, '', '', 'baseline', '', '', ''];
    const against = results.get(baseline);
    return [
      name,
      wall,
      ...estimateTexts(estimateOf(pairs(values, against, addedNs)), nanoseconds),
      ...estimateTexts(estimateOf(pairs(values, against, wallRatio)), ratioText),
      ...estimateTexts(estimateOf(pairs(values, against, cpuRatio)), ratioText),
    ];
  });
}

/**
 * Checks one budget against the results: `ratioAtMost` limits the ratio of the wall times, `nsAboveAtMost` their
 * difference.
 *
 * @returns {{ isMet: boolean, found: string }}
 */
export function judge({ contender, against, ratioAtMost, nsAboveAtMost }, results) {
  const values = results.get(contender);
  const baseline = results.get(against);
  const [wallOf, cpuOf, atMost, format] =
    nsAboveAtMost === undefined
      ? [wallRatio, cpuRatio, ratioAtMost, ratioText]
      : [addedNs, addedCpuNs, nsAboveAtMost, nanoseconds];
  const wall = estimateOf(pairs(values, baseline, wallOf));
  const cpu = estimateOf(pairs(values, baseline, cpuOf));
  return {
    isMet: wall.estimate <= atMost,
    found: `${estimateText(wall, format)}, of CPU time ${estimateText(cpu, format)}`,
  };
}

const addedNs = (turn, against) => turn.wallNs - against.wallNs;
const addedCpuNs = (turn, against) => turn.cpuNs - against.cpuNs;
const wallRatio = (turn, against) => turn.wallNs / against.wallNs;
const cpuRatio = (turn, against) => turn.cpuNs / against.cpuNs;

/** For each round, one value per two successive turns. They are interleaved A B B A, so a steady drift cancels out. */
function pairs(rounds, againstRounds, compare) {
  return rounds.map((turns, round) => {
    const against = againstRounds[round];
    return Array.from({ length: turns.length >> 1 }, (_, pair) =>
      compare(mean(turns[2 * pair], turns[2 * pair + 1]), mean(against[2 * pair], against[2 * pair + 1])),
    );
  });
}

function mean(a, b) {
  return { wallNs: (a.wallNs + b.wallNs) / 2, cpuNs: (a.cpuNs + b.cpuNs) / 2 };
}

function estimateTexts({ estimate, low, high }, format) {
  return [format(estimate), `${format(low)} to ${format(high)}`];
}

function estimateText(estimate, format) {
  const [value, interval] = estimateTexts(estimate, format);
  return `${value} (${CERTAINTY} ${interval})`;
}
