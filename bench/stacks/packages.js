// node bench/stacks/packages.js [--only WORD] [--write]
// How many of the native stacks through the libraries of real packages reach the start of their thread, and how many of their frames
// are guessed. Prints a table; --write puts it into docs/stacks.md. Needs the built package and npm.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadText, machineFacts } from '../machine.js';
import { failureOf, root, runProfiled, withPackages } from '../reports/with-packages.js';

const { readPprof } = await import(pathToFileURL(join(root, 'dist', 'stacks', 'pprof-reader.js')).href);

const PACKAGES = [
  ['sharp', 'sharp@0.35.5'],
  ['duckdb', '@duckdb/node-api@1.5.6-r.1'],
  ['snappy', 'snappy@7.4.3'],
  ['canvas', '@napi-rs/canvas@1.1.1'],
  ['swc', '@swc/core@1.16.22'],
];
/** Lower than by default, for more stacks. */
const RATE = 16384;
const HEADINGS = [
  'package',
  'stacks',
  'reach the root',
  'of their bytes',
  'frames',
  'guessed',
  'bytes without a stack',
];
const MARKS = ['<!-- packages -->', '<!-- end of packages -->'];

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
});

const rows = [];
for (const [program, spec] of PACKAGES) {
  if (!spec.includes(values.only)) continue;
  const where = new URL(`programs/${program}.mjs`, import.meta.url);
  const flags = ['--stacks', 'native', '--stacks-bytes', `${RATE}`];
  const { failed, result } = withPackages({ packages: [spec], program: where }, (folder) => {
    const reason = failureOf(runProfiled(folder, { flags }));
    return reason ?? readFileSync(join(folder, 'report.stacks.pb.gz'));
  });
  if (typeof (failed ?? result) === 'string') {
    process.stderr.write(`${spec}: ${failed ?? result}\n`);
    process.exitCode = 1;
    continue;
  }
  rows.push([`\`${spec}\``, ...cellsOf(await countOf(result))]);
  process.stdout.write(`${rows.at(-1).join('  ')}\n`);
}
const table = [HEADINGS, HEADINGS.map((_, column) => (column === 0 ? '---' : '--:')), ...rows];
const facts = new Map(machineFacts());
const text = `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

By \`node bench/stacks/packages.js --write\`, one sample in ${RATE / 1024} KiB, on ${new Date().toISOString().slice(0, 10)}: Node ${facts.get('node')}, glibc ${facts.get('glibc')},
${facts.get('kernel')}, ${facts.get('CPU')}, load average ${loadText()}.`;
process.stdout.write(`\n${text}\n`);
if (values.write) {
  const path = join(root, 'docs', 'stacks.md');
  const page = readFileSync(path, 'utf8');
  const [from, to] = MARKS.map((mark) => page.indexOf(mark));
  writeFileSync(path, `${page.slice(0, from)}${MARKS[0]}\n\n${text}\n\n${page.slice(to)}`);
}

/** Distinct stacks are counted, whatever they have allocated; their bytes are those of all blocks they stand for. */
async function countOf(file) {
  const profile = await readPprof(file);
  const count = { stacks: 0, whole: 0, bytes: 0, wholeBytes: 0, frames: 0, guessed: 0, allBytes: 0, noStackBytes: 0 };
  for (let row = 1; row <= profile.rows.length; row++) {
    const bytes = profile.value(row, 'alloc_space');
    const frames = profile.stacks.frames(profile.rows.stack(row)).map((frame) => profile.frames.get(frame));
    const told = frames.filter(({ kind }) => kind !== 'unknown');
    count.allBytes += bytes;
    if (told.length === 0) {
      count.noStackBytes += bytes;
      continue;
    }
    if (!told.some(({ module }) => module.includes('/node_modules/'))) continue;
    const isWhole = !frames.some(({ name }) => name === '(caller not found)');
    count.stacks++;
    count.bytes += bytes;
    count.frames += told.length;
    count.guessed += told.filter(({ guessed }) => guessed).length;
    if (isWhole) count.whole++;
    if (isWhole) count.wholeBytes += bytes;
  }
  return count;
}

function cellsOf({ stacks, whole, bytes, wholeBytes, frames, guessed, allBytes, noStackBytes }) {
  return [
    stacks.toLocaleString('en-US'),
    percent(whole / stacks),
    percent(wholeBytes / bytes),
    frames.toLocaleString('en-US'),
    percent(guessed / frames),
    percent(noStackBytes / allBytes),
  ];
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}
