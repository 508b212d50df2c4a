// Runs one host in all its ways, and returns what differs.
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compiled, missingFor, packagesFolder } from './requirements.js';
import { masked, misfits, textDifference } from './truth.js';
import { passedOn, runWay } from './ways.js';
import { makeBase, World } from './world.js';

const skipped = (reason) => ({ skipped: reason, differences: [] });

/**
 * @typedef {object} Verdict
 * @property {string | undefined} skipped why the host was not run
 * @property {string[]} differences
 */

/**
 * @param {object} host a row of the table, see table.js
 * @param {{ node: string, line: string, base: string, root: string }} settings `base`: a folder that this trial may fill
 * @returns {Promise<Verdict>}
 */
export async function tryHost(host, { node, line, base, root }) {
  if (host.lines !== undefined && !host.lines.includes(Number(line))) return skipped(`not for Node ${line}`);
  const missing = missingFor(host);
  if (missing !== undefined) return skipped(missing);
  if (host.packages === undefined) return compare(host, base, base, { node, root });
  const installed = packagesFolder(host.packages);
  if (installed.missing !== undefined) return skipped(installed.missing);
  // Below the packages, so that the host finds them.
  const below = join(installed.folder, basename(base));
  try {
    return await compare(host, below, installed.folder, { node, root });
  } finally {
    rmSync(below, { recursive: true, force: true });
  }
}

/** @param {string} packages the folder whose node_modules the host uses */
async function compare(host, base, packages, { node, root }) {
  makeBase(base, packages, root);
  const world = new World(base);
  const paths = { '<world>': world.folder, '<tmp>': world.temporary, '<modules>': join(packages, 'node_modules') };
  for (const name of host.compiled ?? []) paths[`<${name}>`] = compiled(name, base);
  const filledIn = (text) => Object.entries(paths).reduce((all, [name, path]) => all.replaceAll(name, path), text);
  const command = (host.command ?? []).map(filledIn);
  const around = (host.around ?? []).map(filledIn);
  const trial = { host: { ...host, around }, node, world, command };

  const [first, ...others] = host.map === undefined ? ['alone', ...(host.ways ?? ['run'])] : ['map', 'map --profile'];
  const truth = await runWay(first, trial);
  const wrong = wrongAlone(host, truth);
  if (wrong !== undefined) {
    return host.ifNodeSurvives ? skipped('node itself does not survive it') : { differences: [`${first}: ${wrong}`] };
  }
  const differences = [];
  for (const way of others) {
    for (const text of differencesOf(host, way, truth, await runWay(way, trial))) differences.push(`${way}: ${text}`);
  }
  return { skipped: undefined, differences: unlessExempt(host, differences) };
}

/** A row that gives a reason to differ is wrong when nothing differs. */
function unlessExempt({ differs }, differences) {
  if (differs === undefined) return differences;
  return differences.length > 0 ? [] : [`nothing differs, where the table expects "${differs}"`];
}

/** A host that does not do alone what its row says would test nothing. */
function wrongAlone({ exit = 0, stdout }, outcome) {
  const expected = [exit].flat().map((end) => (typeof end === 'number' ? `exit ${end}` : end));
  if (!expected.includes(outcome.ended)) return `ended by ${outcome.ended}, expected ${expected}: ${outcome.stderr}`;
  if (stdout !== undefined && !outcome.stdout.includes(stdout)) return `stdout is "${outcome.stdout}"`;
  return undefined;
}

function* differencesOf(host, way, truth, outcome) {
  const ended = way === 'run' ? passedOn(truth.ended) : truth.ended;
  if (outcome.ended !== ended) yield `ended by ${outcome.ended}, not ${ended}`;
  const texts = host.map === undefined ? ['stdout', 'stderr'] : [];
  for (const name of texts) {
    const difference = textDifference(masked(host, truth[name]), masked(host, outcome[name]));
    if (difference !== undefined) yield `${name}: ${difference}`;
  }
  yield* fileDifferences(host, truth.files, outcome.files);
  yield* misfits(host, way, outcome);
}

function* fileDifferences(host, before, after) {
  const kept = (files) => {
    const entries = Object.entries(files).map(([path, content]) => [masked(host, path), masked(host, content)]);
    return Object.fromEntries(entries.filter(([path]) => host.ignores?.test(path) !== true));
  };
  const [expected, found] = [kept(before), kept(after)];
  for (const path of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (!(path in found)) yield `file ${path} is not there`;
    else if (!(path in expected)) yield `file ${path} was left`;
    else {
      const difference = textDifference(expected[path], found[path]);
      if (difference !== undefined) yield `file ${path}: ${difference}`;
    }
  }
}
