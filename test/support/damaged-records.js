// Records, and damage to their lines and files.
import { execFileSync, spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { StageProfiler } from '../../dist/profiler/stage-profiler.js';

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '0',
  '-',
  '.',
  'e9',
  'null',
  'true',
  '\t',
  '  ',
];
const NUMBERS = [
  '1e400',
  '-1e400',
  '9007199254740993',
  '1e-400',
  '-0',
  '1E+3',
  '00',
  '1.',
  '.5',
  '+1',
  'NaN',
  'Infinity',
  '0x10',
  '1e15',
  '-5',
  '0.30000000000000004',
  '9'.repeat(400),
  `0.${'3'.repeat(400)}`,
];
const INVALID_UTF8 = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0x80], [0xe6, 0xbc], [0x80]];
const VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  [],
  {},
  [[]],
  [[1, 2]],
  { kind: 'signal' },
  '\u0000',
  '__proto__',
];
const hasZstd = spawnSync('zstd', ['--version'], { stdio: 'ignore' }).status === 0;

/** @returns {Buffer[]} lines: good and failed records, with profiles of three shapes and without one, and a report */
export function sampleLines() {
  const records = [
    { input: 'a', text: 'of "{[ things', profile: reportOf(['read', 'classify', 'classify.image', 'write']) },
    { input: 'b', profile: reportOf(['read', 'classify', 'classify.image', 'write']), settings: { model: 'x' } },
    {
      input: 'ü\n"漢',
      profile: { ...reportOf(['漢', 'a"b', '\u001b[31m']), partial: true },
      error: { kind: 'signal' },
    },
    { input: 'c', error: null, profile: reportOf(['read'], { measure: [] }) },
    { input: 'd', error: { kind: 'timeout', message: 'took longer than 5 s' }, profile: null },
    { input: 'e', found: [1, 2, { x: 'y' }] },
    reportOf(['read', 'write']),
  ];
  return records.map((record) => Buffer.from(JSON.stringify(record)));
}

/** A report with made-up numbers, so that the same seed gives the same records everywhere. */
function reportOf(labels, options) {
  const profiler = new StageProfiler(options);
  for (const label of labels) profiler.stage(label).end();
  profiler.close();
  let count = 0;
  const made = (key, value) => {
    if (key === 'growth_by_octave') return [[count++ % 9, count - 40]];
    if (key === 'wall_hist') return [[200 + (count++ % 9), 1]];
    // Counts of sources are whole numbers.
    if (['bound_kb', 'readings', 'skipped', 'shared_entries'].includes(key)) return 7;
    if (typeof value === 'number') return ++count % 3 === 0 ? count : count * 0.0137;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => made('', one));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, made(name, one)]));
  };
  return made('', profiler.report());
}

export function damagedLine(samples, random) {
  let line = samples[random(samples.length)];
  const times = 1 + random(3);
  for (let time = 0; time < times; time++) line = DAMAGES[random(DAMAGES.length)](line, random, samples);
  return line;
}

const DAMAGES = [
  function byteChanged(line, random) {
    const bytes = Buffer.from(line);
    for (let count = 1 + random(4); count > 0 && bytes.length > 0; count--)
      bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  function tornOff(line, random) {
    return line.subarray(0, random(line.length + 1));
  },
  function stretchDoubled(line, random) {
    const [from, end] = stretch(line, random);
    return Buffer.concat([line.subarray(0, end), line.subarray(from)]);
  },
  function stretchLost(line, random) {
    const [from, end] = stretch(line, random);
    return Buffer.concat([line.subarray(0, from), line.subarray(end)]);
  },
  function spliced(line, random, samples) {
    const other = samples[random(samples.length)];
    return Buffer.concat([line.subarray(0, random(line.length + 1)), other.subarray(random(other.length))]);
  },
  function twoInOneLine(line, random, samples) {
    return Buffer.concat([line, samples[random(samples.length)]]);
  },
  (line, random) => inserted(line, random, TOKENS[random(TOKENS.length)]),
  (line, random) => inserted(line, random, Buffer.from(INVALID_UTF8[random(INVALID_UTF8.length)])),
  (line, random) => inserted(line, random, Buffer.alloc(1 + random(20), [0, 1, 0x1f, 0x7f][random(4)])),
  (line, random) => inserted(line, random, ['\r\n', '\n', '\r'][random(3)]),
  (line, random) => (random(3) > 0 ? Buffer.concat([Buffer.from('\ufeff'), line]) : inserted(line, random, '\ufeff')),
  function numberReplaced(line, random) {
    const numbers = [...line.toString('latin1').matchAll(/[:[,](-?\d[\d.e+-]*)/g)];
    if (numbers.length === 0) return line;
    const { index, 1: number } = numbers[random(numbers.length)];
    return replaced(line, index + 1, index + 1 + number.length, NUMBERS[random(NUMBERS.length)]);
  },
  function deeplyNested(line, random) {
    // Depths on either side of every limit, and none at a limit.
    const depth = [3, 6, 900, 1100, 20_000, 200_000][random(6)];
    const [open, close] = random(2) === 0 ? ['[', ']'] : ['{"x":', '}'];
    const value = `${open.repeat(depth)}1${close.repeat(random(10) === 0 ? depth - 1 : depth)}`;
    const member = ['x', 'profile', 'input', 'error', 'exact', 'composition', 'native_modules'][random(7)];
    // Replaces the member, since a parsed record does not show how deep a member was that a later one overrides.
    const at = random(2) === 0 ? line.indexOf(`"${member}":`) : -1;
    if (at !== -1) return replaced(line, at, at + member.length + 3, `"${member}":${value},"${member}${random(1e9)}":`);
    return withMember(line, random, `x${random(1e9)}`, value);
  },
  function veryLongText(line, random) {
    const length = [70, 2000, 5000, 70_000, 1_200_000][random(5)];
    const text = JSON.stringify(['x', '"', 'ü', '\u0001'][random(4)].repeat(length));
    return withMember(line, random, ['x', 'input', 'stage', 'schema', text.slice(1, -1)][random(5)], text);
  },
  function memberDoubled(line, random) {
    const member = ['input', 'profile', 'error', 'stages', 'stage', 'wall_s', '\\u0070rofile', '__proto__'][random(8)];
    return withMember(line, random, member, JSON.stringify(VALUES[random(VALUES.length)]));
  },
  function membersChanged(line, random) {
    let record;
    try {
      record = JSON.parse(line);
      // Throws if it is nested too deep to be written again.
      JSON.stringify(record);
    } catch {
      return line;
    }
    const holders = [];
    collect(record, holders);
    if (holders.length === 0) return line;
    for (let count = 1 + random(3); count > 0; count--) {
      const holder = holders[random(holders.length)];
      const keys = Object.keys(holder);
      if (keys.length === 0) continue;
      const key = keys[random(keys.length)];
      if (random(2) === 0) delete holder[key];
      else holder[key] = VALUES[random(VALUES.length)];
    }
    return Buffer.from(JSON.stringify(record, null, random(4) === 0 ? '\t' : 0).replaceAll('\n', ' '));
  },
];

/**
 * The bytes of a file, and how they were damaged after they were compressed: `cut` keeps the beginning, `changed` may leave
 * anything. `changed, known` is a gzip file, whose checksum shows the change.
 */
export function packed(bytes, random) {
  const kind = ['gzip', 'gzip', hasZstd ? 'zstd' : 'gzip'][random(10)];
  if (kind === undefined) return { data: bytes };
  const data =
    kind === 'gzip' ? gzipSync(bytes) : execFileSync('zstd', ['-q', '-c', '-1'], { input: bytes, maxBuffer: 2 ** 30 });
  // The first bytes stay, which show that it is compressed.
  const at = 4 + random(data.length - 4);
  switch (random(4)) {
    case 0:
      return { data: data.subarray(0, at), damage: 'cut' };
    case 1: {
      const changed = Buffer.from(data);
      changed[at] ^= 1 << random(8);
      return { data: changed, damage: kind === 'gzip' ? 'changed, known' : 'changed' };
    }
    default:
      return { data };
  }
}

function stretch(line, random) {
  const from = random(line.length + 1);
  return [from, Math.min(line.length, from + random(400))];
}

function inserted(line, random, what) {
  return replaced(line, random(line.length + 1), undefined, what);
}

function replaced(line, from, end, what) {
  return Buffer.concat([line.subarray(0, from), Buffer.from(what), line.subarray(end ?? from)]);
}

/** Adds a member at the beginning of an object. */
function withMember(line, random, member, value) {
  const objects = [];
  for (let at = line.indexOf('{'); at !== -1; at = line.indexOf('{', at + 1)) objects.push(at);
  if (objects.length === 0) return line;
  const from = objects[random(3) > 0 ? 0 : random(objects.length)] + 1;
  return replaced(line, from, undefined, `"${member}":${value}${line[from] === 0x7d ? '' : ','}`);
}

function collect(value, holders) {
  if (typeof value !== 'object' || value === null || holders.length > 2000) return;
  holders.push(value);
  for (const one of Object.values(value)) if (holders.length < 2000) collect(one, holders);
}
