// node bench/reports/leaks.js [--only WORD]
// Runs the programs of public reports of native leaks under `stageprof run --stacks native`, with the versions that leak and with forced
// collections, so that garbage does not count. Prints the heaviest line of what is live at the end, which has to name what leaks. Needs
// the built package and npm.
import { parseArgs } from 'node:util';
import { failureOf, runProfiled, withPackages } from './with-packages.js';

/** A report, its program, what leaks, and the site that the first line has to tell. */
const LEAKS = [
  {
    link: 'https://github.com/napi-rs/node-rs/issues/655',
    program: 'crc32-loop',
    packages: ['@node-rs/crc32@1.5.1'],
    leaks: 'references to the Buffers that it was given',
    site: /napi_create_reference node < @node-rs\/crc32/,
  },
  {
    link: 'https://github.com/Brooooooklyn/canvas/issues/716',
    program: 'canvas-encode',
    packages: ['@napi-rs/canvas@0.1.45'],
    leaks: 'the pixels of each canvas, to which encode() keeps a reference',
    site: /@napi-rs\/canvas < createCanvas/,
  },
];

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
let failures = 0;
for (const { link, program, packages, leaks, site } of LEAKS) {
  if (!`${link} ${program}`.includes(values.only)) continue;
  const where = new URL(`programs/${program}.mjs`, import.meta.url);
  const { failed, result } = withPackages({ packages, program: where }, (folder) => {
    const run = runProfiled(folder, { flags: ['--stacks', 'native', '--collect', 'outermost', '--full'] });
    return failureOf(run) ?? run.stderr.split('\n').find((line) => line.startsWith('live ')) ?? 'nothing is live';
  });
  const line = failed ?? result;
  const isTold = site.test(line);
  if (!isTold) failures++;
  process.stdout.write(`${isTold ? 'told    ' : 'NOT TOLD'} ${packages.join(', ')}, ${leaks}\n  ${link}\n  ${line}\n`);
}
if (failures > 0) process.exitCode = 1;
