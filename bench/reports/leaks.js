// node bench/reports/leaks.js [--only WORD]
// Runs the programs of public reports of native leaks under `stageprof run --stacks native`, with the versions that leak. Prints the
// heaviest line of what is live at the end, which has to name the function that leaks. Needs the built package and npm.
import { parseArgs } from 'node:util';
import { failureOf, runProfiled, withPackages } from './with-packages.js';

/** A report, its program, and what the first line has to tell. `flags` are those of `stageprof run`. */
const LEAKS = [
  {
    link: 'https://github.com/napi-rs/node-rs/issues/655',
    program: 'crc32',
    packages: ['@node-rs/crc32@1.5.1'],
    leaks: 'references to the Buffers that it was given',
    site: /napi_create_reference|Reference::New|crc32/,
  },
  {
    link: 'https://github.com/Brooooooklyn/canvas/issues/716',
    program: 'canvas-encode',
    packages: ['@napi-rs/canvas@0.1.45'],
    leaks: 'what it has encoded',
    site: /encode/i,
  },
];

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
let failures = 0;
for (const { link, program, packages, leaks, site } of LEAKS) {
  if (!`${link} ${program}`.includes(values.only)) continue;
  const where = new URL(`programs/${program}.mjs`, import.meta.url);
  const { failed, result } = withPackages({ packages, program: where }, (folder) => {
    const run = runProfiled(folder, { flags: ['--stacks', 'native', '--full'] });
    return failureOf(run) ?? run.stderr.split('\n').find((line) => line.startsWith('live ')) ?? 'nothing is live';
  });
  const line = failed ?? result;
  const isTold = site.test(line);
  if (!isTold) failures++;
  process.stdout.write(`${isTold ? 'told    ' : 'NOT TOLD'} ${packages.join(', ')}, ${leaks}\n  ${link}\n  ${line}\n`);
}
if (failures > 0) process.exitCode = 1;
