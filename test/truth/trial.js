// Runs the program of one plan under `stageprof run`, and judges what is told of it.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from '../support/node-lines.js';
import { faultsOf } from './cases.js';
import { truthOf } from './expected.js';
import { judge } from './judge.js';
import { sumsOf } from './smaps.js';

const { findingsOf } = await import(pathToFileURL(join(root, 'dist', 'index.js')).href);
const PROGRAM = fileURLToPath(new URL('../programs/truth/perform.mjs', import.meta.url));
/** A program with 80 forced collections took two minutes on a machine with more to do. */
const LIMIT_MS = 600_000;
const FILE_BLOCK = Buffer.alloc(1024 * 1024, 7);

/**
 * @typedef {object} Account
 * @property {number} boundKib what a difference may be
 * @property {number} rssKib
 * @property {boolean} sameMoment whether the resident set was alike when the report was made
 * @property {Record<string, number>} differences from the mappings, in KiB
 */

/**
 * @param {object} plan of plan.js
 * @param {{ addons: { native: string, files: string }, base: string }} settings `base`: a folder for files of this trial
 * @returns {Promise<{ failed?: string, wrong?: object[], right?: object[], silent?: object[], unclear?: object[],
 *   account?: Account | null, truths?: Map<string, object>, findings?: object[], report?: object }>}
 */
export async function tryPlan(plan, { addons, base }) {
  const folder = mkdtempSync(join(base, 'trial-'));
  try {
    const paths = Object.fromEntries(['report', 'end', 'smaps', 'plan'].map((name) => [name, join(folder, name)]));
    const works = plan.works.map((work) => (work.kind === 'files' ? { ...work, path: fileOf(work, folder) } : work));
    const packageUrl = pathToFileURL(join(root, 'dist', 'index.js')).href;
    writeFileSync(
      paths.plan,
      JSON.stringify({ ...plan, works, packageUrl, addons, end: paths.end, smaps: paths.smaps }),
    );
    const command = [process.execPath, PROGRAM, paths.plan];
    const { status, stderr } = await run(['run', '--out', paths.report, ...plan.options, '--', ...command], folder);
    if (status !== 0) return { failed: `ended with ${status}: ${stderr.slice(0, 2000)}` };
    const report = JSON.parse(readFileSync(paths.report, 'utf8'));
    const end = JSON.parse(readFileSync(paths.end, 'utf8'));
    const truths = truthOf(plan);
    const collected = plan.options.includes('--collect');
    const findings = findingsOf(report);
    const account = accountOf(report, sumsOf(readFileSync(paths.smaps, 'utf8')));
    return {
      truths,
      findings,
      account,
      report,
      ...judge(findings, truths, { collected, freeKib: end.freeKib }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {import('./cases.js').Case} one
 * @param {string} base a folder for its report
 * @returns {Promise<string[]>} what is told falsely, or not at all
 */
export async function tryCase(one, base) {
  const folder = mkdtempSync(join(base, 'case-'));
  const program = fileURLToPath(new URL(`../programs/findings/${one.program}.mjs`, import.meta.url));
  const { status, stderr } = await run(
    ['run', '--out', 'report', ...one.options, '--', process.execPath, program],
    folder,
  );
  if (status !== 0) return [`ended with ${status}: ${stderr.slice(0, 2000)}`];
  return faultsOf(one, findingsOf(JSON.parse(readFileSync(join(folder, 'report'), 'utf8'))));
}

function fileOf({ id, kib }, folder) {
  const path = join(folder, `file-${id}`);
  const blocks = Math.ceil(kib / 1024);
  writeFileSync(
    path,
    Buffer.concat(
      Array.from({ length: blocks }, () => FILE_BLOCK),
      kib * 1024,
    ),
  );
  return path;
}

/** Least that is granted to the residual, and its share of the resident set. */
const RESIDUAL_KIB = 8 * 1024;
const RESIDUAL_SHARE = 0.05;

/** Holds the composition to the mappings of the process. */
function accountOf({ composition }, sums) {
  if (composition === null || composition === undefined) return null;
  const boundKib = Math.max(RESIDUAL_KIB, RESIDUAL_SHARE * sums.rssKib);
  const { other_kb = composition.other_kb, files_kb, code_kb } = composition;
  const differences = {
    'resident set': composition.rss_kb - sums.rssKib,
    residual: other_kb,
    ...(typeof files_kb === 'number' ? { files: files_kb - sums.filesKib } : {}),
    ...(typeof code_kb === 'number' ? { code: code_kb - sums.codeKib } : {}),
  };
  const sameMoment = Math.abs(differences['resident set']) <= boundKib;
  return { boundKib, rssKib: sums.rssKib, sameMoment, differences };
}

function run(args, cwd) {
  mkdirSync(cwd, { recursive: true });
  return new Promise((resolve, reject) => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(SLURM_|STAGEPROF_|NODE_OPTIONS$)/.test(name));
    const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
      cwd,
      env: Object.fromEntries(inherited),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIMIT_MS,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (code, signal) => resolve({ status: code ?? signal, stderr }));
  });
}
