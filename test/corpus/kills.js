// node test/corpus/kills.js [KILLS]: kills `stageprof map` at random moments and resumes it, over one corpus after
// another. Prints what was found; exits with 1 when an input is lost, doubled or done again, or something is left behind.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const PIPELINE = new URL('../programs/corpus/killed-pipeline.mjs', import.meta.url).pathname;
/** Every third one shares its base name with another, so that its record has a hash in its name. */
const INPUTS = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 0 ? `folder-${i % 2}/input-${i - (i % 2)}` : `input-${i}`,
);
/** Counted from when the inputs are begun, so that most kills hit some of them, and not always the end of the corpus. */
const LONGEST_MS = 1000;
/** One in this many kills comes at any moment after the start of the process. */
const EARLY_ONE_OF = 10;
const EARLY_MS = 800;

/**
 * @param {number} kills
 * @param {number} [mostInputs] of each corpus
 */
export async function killMapManyTimes(kills, mostInputs = INPUTS.length) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-kills-'));
  const inputs = [...new Set(INPUTS.slice(0, mostInputs))];
  const faults = {
    missing: 0,
    doubled: 0,
    damaged: 0,
    lost: 0,
    doneAgain: 0,
    unfinished: 0,
    temporaries: 0,
    processes: 0,
  };
  // The recorders of killed processes stay, since somebody may still ask for them.
  const total = { kills: 0, corpora: 0, records: 0, begun: 0, recorders: 0, ...faults };
  try {
    while (total.kills < kills) await killOverOneCorpus(join(folder, String(total.corpora++)), inputs, kills, total);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return total;
}

async function killOverOneCorpus(folder, inputs, kills, total) {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const paths = { list: join(folder, 'list'), log: join(folder, 'log'), out: join(folder, 'out') };
  writeFileSync(paths.list, `${inputs.join('\n')}\n`);
  for (let isComplete = false; !isComplete; ) {
    const before = goodRecords(paths.out);
    writeFileSync(paths.log, '');
    isComplete = await mapUntilKilled(folder, paths, total.kills < kills ? total.kills : null);
    if (!isComplete) total.kills++;
    const begun = readFileSync(paths.log, 'utf8').trim().split('\n').filter(Boolean);
    total.begun += begun.length;
    total.doneAgain += begun.filter((line) => before.has(line.slice(line.indexOf(' ') + 1))).length;
    total.processes += await leftOf(new Set(begun.map((line) => Number.parseInt(line, 10))));
    const after = goodRecords(paths.out);
    for (const [input, text] of before) if (after.get(input) !== text) total.lost++;
  }
  const records = recordsIn(paths.out);
  total.records += records.length;
  for (const input of inputs) {
    const own = records.filter((record) => record.input === input);
    if (own.length === 0) total.missing++;
    if (own.length > 1) total.doubled++;
    for (const { error, pages, profile } of own) {
      const calls = profile?.stages.map((row) => row.calls).join();
      if (error === undefined && (pages !== 3 || calls !== '1,3')) total.damaged++;
      if (error !== undefined) total.unfinished++;
    }
  }
  total.temporaries += readdirSync(paths.out).filter((name) => name.endsWith('.tmp')).length;
  total.recorders += readdirSync(join(folder, 'recorders')).length;
}

/** Whether the run came to its end before it was killed; null for no kill. */
async function mapUntilKilled(folder, { list, log, out }, kill) {
  const args = ['map', '--profile', '--jobs', '2', '--resume', '--input-list', list, '--outdir', out, PIPELINE];
  const env = {
    ...process.env,
    KILLED_LOG: log,
    TMPDIR: join(folder, 'tmp'),
    STAGEPROF_DIR: join(folder, 'recorders'),
  };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let timer;
  const killWithin = (ms) => {
    timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * ms);
  };
  const isEarly = kill !== null && kill % EARLY_ONE_OF === EARLY_ONE_OF - 1;
  if (isEarly) killWithin(EARLY_MS);
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    if (kill !== null && timer === undefined && stderr.includes('records in')) killWithin(LONGEST_MS);
  });
  const [code, signal] = await new Promise((resolve) => child.on('exit', (...end) => resolve(end)));
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`map ended with ${code}: ${stderr}`);
  return signal === null;
}

function recordsIn(folder) {
  let names = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  } catch {
    // The run was killed before it made the folder.
  }
  // A torn record does not parse.
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/** The records by input, as text. */
function goodRecords(folder) {
  const good = recordsIn(folder).filter(({ error }) => error === undefined);
  return new Map(good.map((record) => [record.input, JSON.stringify(record)]));
}

/** How many processes are still there when a busy machine has had time to end them. */
async function leftOf(pids) {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const left = [...pids].filter(isRunning).length;
    if (left === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const total = await killMapManyTimes(Number(process.argv[2] ?? 200));
  process.stdout.write(`${JSON.stringify(total)}\n`);
  const { missing, doubled, damaged, lost, doneAgain, unfinished, temporaries, processes } = total;
  const faults = missing + doubled + damaged + lost + doneAgain + unfinished + temporaries + processes;
  process.exitCode = faults > 0 ? 1 : 0;
}
