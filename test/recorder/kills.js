// node test/recorder/kills.js [KILLS]: kills a profiled program at random moments, and compares its recorder with what
// the program had printed until then. Prints how many calls both had. Exits with 1 when a call is lost.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileBytes } from '../../dist/recorder/file-bytes.js';
import { postmortemOf } from '../../dist/recorder/postmortem.js';
import { readRecorder } from '../../dist/recorder/reader.js';

const PROGRAM = new URL('../programs/recorder/killed.js', import.meta.url).pathname;
const LONGEST_MS = 150;
/** One in this many kills comes at any moment after the start of the process, and may find no recorder. */
const EARLY_ONE_OF = 10;

/**
 * @param {number} kills
 * @param {(found: object) => void} [onKill]
 */
export async function killManyTimes(kills, onKill = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-kills-'));
  const total = { kills, early: 0, closed: 0, lost: 0, open: 0, unnamed: 0, torn: 0, faults: [] };
  try {
    for (let kill = 0; kill < kills; kill++) {
      const found = await killOnce(join(folder, `${kill}.recorder`), kill % EARLY_ONE_OF === EARLY_ONE_OF - 1);
      for (const name of ['early', 'closed', 'lost', 'open', 'unnamed', 'torn']) total[name] += found[name];
      total.faults.push(...found.faults);
      onKill(found);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return total;
}

async function killOnce(path, early) {
  const child = spawn(process.execPath, [PROGRAM, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  const began = new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      resolve();
    });
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  if (!early) await began;
  await new Promise((resolve) => setTimeout(resolve, Math.random() * (early ? 100 : LONGEST_MS)));
  child.kill('SIGKILL');
  await ended;
  const said = heard(text);
  let recording;
  try {
    recording = readRecorder(new FileBytes(path));
  } catch (error) {
    if (error.code !== 'ERR_STAGEPROF_RECORDER' || said.closes > 0) throw error;
    return { early: 1, closed: 0, lost: 0, open: 0, unnamed: 0, torn: 0, faults: [] };
  }
  return { early: 0, ...compare(said, recording) };
}

/** Closed calls by label, and open labels, from what the program has printed. Its last line may be torn. */
function heard(text) {
  const calls = new Map();
  const open = [];
  let closes = 0;
  for (const line of text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1)) {
    const label = line.slice(1);
    if (line[0] === '+') open.push(label);
    else {
      open.splice(open.lastIndexOf(label), 1);
      calls.set(label, (calls.get(label) ?? 0) + 1);
      closes++;
    }
  }
  return { calls, open, closes };
}

function compare(said, recording) {
  const { report, open } = postmortemOf(recording);
  const recorded = new Map(report.stages.map((row) => [row.stage, row]));
  let lost = 0;
  let more = 0;
  for (const [label, calls] of said.calls) lost += Math.max(0, calls - (recorded.get(label)?.calls ?? 0));
  for (const { stage, calls, wall_hist: pairs } of report.stages) {
    more += calls - (said.calls.get(stage) ?? 0);
    const durations = pairs.reduce((sum, [, count]) => sum + count, 0);
    if (Math.abs(durations - calls) > 1) lost++;
  }
  // The program may have closed or opened one call without having had the time to print that.
  if (more > 1) lost += more - 1;
  const named = open.map(({ stage }) => stage);
  const unnamed = Math.max(0, difference(said.open, named) - 1);
  const torn = recording.calls.filter(({ folding }) => folding).length;
  return { closed: said.closes, lost, open: named.length, unnamed, torn, faults: recording.faults };
}

function difference(a, b) {
  const left = [...b];
  let missing = 0;
  for (const label of a) {
    const index = left.indexOf(label);
    if (index === -1) missing++;
    else left.splice(index, 1);
  }
  return missing + left.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const total = await killManyTimes(Number(process.argv[2] ?? 1000));
  process.stdout.write(`${JSON.stringify(total)}\n`);
  process.exitCode = total.lost + total.unnamed + total.faults.length > 0 ? 1 : 0;
}
