/**
 * Prints how wide each output is on terminals of three widths, and in a pipe: the longest of its lines, in characters.
 * Run it after the build.
 *
 *   node docs/outputs/widths.js
 */
import { OUTPUTS } from './outputs.js';
import { inPlace } from './place.js';

const WIDTHS = /** @type {const} */ ([80, 120, 200, 'pipe', 'full']);

process.stdout.write(`| output | ${WIDTHS.join(' | ')} |\n| --- |${' --: |'.repeat(WIDTHS.length)}\n`);
for (const [name, { print }] of Object.entries(OUTPUTS)) {
  const longest = [];
  for (const width of WIDTHS) {
    const text = await inPlace({ isShort: true, width }, print);
    longest.push(Math.max(...text.split('\n').map((line) => [...line].length)));
  }
  process.stdout.write(`| ${name} | ${longest.join(' | ')} |\n`);
}
