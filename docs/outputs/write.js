/**
 * Runs the commands whose output the pages show. Run it after the build.
 *
 *   node docs/outputs/write.js [--only NAME] [--write]
 *
 * Prints each output, and what a page shows that is not printed any more; `--write` puts the outputs into the pages.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { shownIn, withBlock } from './blocks.js';
import { OUTPUTS } from './outputs.js';
import { inPlace } from './place.js';
import { staleIn } from './shape.js';

/** As wide as a page is on most screens. */
const WIDTH = 100;

const { values } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean', default: false } } });
for (const [name, { page, print }] of Object.entries(OUTPUTS)) {
  if (values.only !== undefined && values.only !== name) continue;
  const path = new URL(`../../${page}`, import.meta.url);
  const text = await inPlace({ isShort: false, width: WIDTH }, print);
  process.stdout.write(`== ${name}, ${page}\n${text}\n`);
  const before = readFileSync(path, 'utf8');
  const stale = staleIn(shownIn(before, name), text);
  for (const line of stale) process.stdout.write(`-- not printed any more: ${line}\n`);
  if (values.write) writeFileSync(path, withBlock(before, name, text));
  else if (stale.length > 0) process.exitCode = 1;
}
