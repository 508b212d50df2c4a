// What must be the same, and what a report must tell.

const DIST = new URL('../../dist/', import.meta.url).pathname;
const OWN_FRAMES = new RegExp(`^ +at (.*${DIST}.*|AsyncLocalStorage\\.run .*)\\n`, 'gm');

/** The text without what differs between any two runs, and without the frames of `stage` in the stack of an error. */
export function masked({ mask = (text) => text }, text) {
  return mask(text.replace(/\(node:\d+\)/g, '(node:PID)').replace(OWN_FRAMES, ''));
}

const SHOWN_LINES = 6;

/** The lines that differ, in words; undefined if none does. */
export function textDifference(expected, found) {
  if (expected === found) return undefined;
  const [before, after] = [expected, found].map((text) => text.split('\n'));
  const differing = [];
  if (before.length !== after.length) {
    const [lost, added] = [except(before, after), except(after, before)];
    differing.push(...added.map((line) => `has ${shown(line)}`), ...lost.map((line) => `lacks ${shown(line)}`));
  } else {
    for (const [i, line] of after.entries()) {
      if (line !== before[i]) differing.push(`line ${i + 1} is ${shown(line)}, not ${shown(before[i])}`);
    }
  }
  const more = differing.length > SHOWN_LINES ? ` and ${differing.length - SHOWN_LINES} more` : '';
  return `${differing.slice(0, SHOWN_LINES).join('; ') || 'lines are in another order'}${more}`;
}

const except = (lines, others) => lines.filter((line) => !others.includes(line));

const shown = (line) => (line.length > 300 ? `"${line.slice(0, 300)}…"` : `"${line}"`);

/**
 * What `run` must never print on stderr, whatever the program does. `rebuild it` means that an old addon was loaded, so
 * that the trial says nothing of the new one.
 */
const UNWANTED =
  /^.*(ERROR: ld\.so|^\s+at .*\d+:\d+\)?$|\b(?:Type|Range|Reference)Error\b|\bundefined\b|\bNaN\b|: rebuild it\b).*$/m;

/** @returns {Generator<string>} what is wrong with the report, or with what `run` says */
export function* misfits(host, way, { report, said, files }) {
  const unwanted = UNWANTED.exec(said)?.[0];
  if (unwanted !== undefined && !host.maySay) yield `it said "${unwanted.trim()}"`;
  if (way === 'run' && host.says?.test(said) === false) yield `it did not say ${host.says}, but "${lastLines(said)}"`;
  if (way === 'map --profile') {
    yield* callMisfits(host, profilesOf(files));
    return;
  }
  if (report === undefined) {
    if (host.report !== false) yield `no report; it said "${lastLines(said)}"`;
    return;
  }
  if (!Array.isArray(report.stages)) {
    yield `the report is ${JSON.stringify(report).slice(0, 100)}`;
    return;
  }
  yield* callMisfits(host, [report]);
  if (host.report !== false) yield* numberMisfits(report);
}

function* callMisfits({ stages: expected = {}, mayLack = [], mayTell }, reports) {
  const told = Object.create(null);
  for (const { stages } of reports) {
    for (const { stage, calls, errors, open } of stages) {
      const sum = told[stage] ?? [0, 0, 0];
      told[stage] = [sum[0] + calls, sum[1] + errors, sum[2] + (open ?? 0)];
    }
  }
  for (const stage of new Set([...Object.keys(expected), ...Object.keys(told)])) {
    if (told[stage] === undefined && mayLack.includes(stage)) continue;
    if (!Object.hasOwn(expected, stage) && mayTell?.test(stage)) continue;
    const [before, after] = [Object.hasOwn(expected, stage) ? expected[stage] : undefined, told[stage]].map(inWords);
    if (before !== after) yield `stage ${stage}: ${after}, not ${before}`;
  }
}

/** @param {number | number[] | undefined} counts calls; or calls, errors, open ones */
function inWords(counts) {
  if (counts === undefined) return 'not told';
  const [calls, errors = 0, open = 0] = [counts].flat();
  return `${calls} calls, ${errors} errors, ${open} open`;
}

const NEVER_NEGATIVE = ['wall_s', 'wall_self_s', 'cpu_s', 'cpu_self_s', 'thread_cpu_s', 'gc_s', 'js_kb_alloc'];

function* numberMisfits(report) {
  // The time is null if nobody measured it.
  if (report.total_wall_s !== null && !(report.total_wall_s > 0)) yield `total_wall_s is ${report.total_wall_s}`;
  if (report.total_cpu_s < 0) yield `total_cpu_s is ${report.total_cpu_s}`;
  for (const row of report.stages) {
    for (const field of NEVER_NEGATIVE) if (row[field] < 0) yield `${field} of ${row.stage} is ${row[field]}`;
  }
}

function profilesOf(files) {
  const records = Object.entries(files).filter(([path]) => /^world\/out\/[^.].*\.jsonl$/.test(path));
  return records.map(([, text]) => JSON.parse(text).profile ?? { stages: [] });
}

const lastLines = (text) => text.trim().split('\n').slice(-3).join(' | ');
