// Programs of test/programs/findings with what has to be told of them, and what would be false.

/**
 * @typedef {object} Case
 * @property {string} program
 * @property {readonly string[]} options of `stageprof run`
 * @property {readonly [string, string][]} must a stage, and kinds of findings of which one has to be told, with | between
 * @property {readonly [string, string][]} mustNot a stage, and kinds that would be false
 * @property {readonly [string, RegExp][]} mustNotSay a stage, and words that would be false
 */

const one = (program, values) => ({ program, options: [], must: [], mustNot: [], mustNotSay: [], ...values });
const LIVE = 'fragmentation|native-growth|js-growth|file-pages';

/** @type {readonly Case[]} */
export const CASES = [
  one('transferred', { must: [['hand over', 'buffer-growth']], mustNot: [['hand over', LIVE]] }),
  one('ended-workers', {
    must: [
      ['transfer', 'buffer-growth'],
      ['share', 'buffer-growth'],
    ],
    mustNot: [
      ['transfer', LIVE],
      ['share', LIVE],
    ],
  }),
  one('blob-slices', { must: [['cut', 'buffer-growth']], mustNot: [['cut', LIVE]] }),
  one('response-queue', { must: [['write', 'buffer-growth']], mustNot: [['write', LIVE]] }),
  one('streams-kept', {
    must: [['open', 'native-growth']],
    mustNot: [['open', 'fragmentation|js-growth|buffer-growth']],
  }),
  one('cache-full', {
    must: [['lookup', 'buffer-growth']],
    mustNot: [['lookup', LIVE]],
    mustNotSay: [['lookup', /iB a call/]],
  }),
  one('worker-pool', { must: [['serve', 'worker-growth']], mustNot: [['serve', LIVE]] }),
  one('strings-dropped', { mustNot: [['decode', 'native-growth|buffer-growth|string-growth|js-growth']] }),
  one('objects-kept', {
    options: ['--collect', 'outermost'],
    must: [['parse', 'js-growth']],
    mustNot: [['parse', 'fragmentation|native-growth|uncollected']],
  }),
  one('buffers-kept', { must: [['load.read', 'buffer-growth']], mustNot: [['load.read', LIVE]] }),
];

/** @returns {string[]} what is told falsely of a case, or not at all */
export function faultsOf({ must, mustNot, mustNotSay }, findings) {
  const told = (stage, kinds) =>
    findings.filter((finding) => finding.stage === stage && kinds.split('|').includes(finding.kind));
  return [
    ...must
      .filter(([stage, kinds]) => told(stage, kinds).length === 0)
      .map(([stage, kinds]) => `${stage}: ${kinds} is not told`),
    ...mustNot.flatMap(([stage, kinds]) =>
      told(stage, kinds).map(({ kind }) => `${stage}: ${kind} is told, and false`),
    ),
    ...mustNotSay.flatMap(([stage, words]) =>
      findings
        .filter((finding) => finding.stage === stage && words.test(finding.text))
        .map(({ text }) => `${stage}: "${text}" is said, and false`),
    ),
  ];
}
