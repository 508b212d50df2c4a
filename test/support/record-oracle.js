// What summarize must make of files of lines, found in the slow way: by JSON.parse, the check of a report, mergeReports.
import { isDeepStrictEqual } from 'node:util';
import { checkReport } from '../../dist/model/report-check.js';
import { mergeReports } from '../../dist/report/merge.js';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
/** summarize parses nothing that is nested deeper: a record with such a profile is malformed, such an error has no kind. */
const DEEPEST_PARSED = 1000;
const MOST_NAMED = 20;
const LONGEST_INPUT = 10_000;

export class Expected {
  records = 0;
  failed = 0;
  unprofiled = 0;
  malformed = 0;
  /** `file:line` of each line that is no record. */
  places = [];
  profiles = [];
  failures = new Map();
  /** How many good records an input has. */
  inputs = new Map();
  hasOddInput = false;
  /** For each label, the first of the slowest rows. */
  slowest = new Map();
  /** Whether some file is damaged in a way that makes the expected numbers unknown. */
  hasUnknown = false;
  unreadable = [];
  /** Files that were read to the end although they are damaged, or not read to the end although they are whole. */
  faults = [];

  /** @param unreadable messages about files that could not be read, each of which must name its file */
  addFile({ path, bytes, damage }, unreadable) {
    const message = unreadable.find((text) => text.startsWith(`${path}: cannot be read, `));
    if (damage === 'changed' || (damage === 'changed, known' && message !== undefined)) {
      this.hasUnknown = true;
      return;
    }
    const isCut = damage === 'cut';
    if (isCut !== (message !== undefined)) this.faults.push(`${path}, ${damage ?? 'whole'}: ${message ?? 'not named'}`);
    if (message !== undefined) this.unreadable.push(message);
    // summarize takes as many lines of a cut file as the message counts.
    const lines = isCut
      ? Number(/; (\d+) lines before that are in$/.exec(message)?.[1] ?? 0)
      : Number.POSITIVE_INFINITY;
    let from = 0;
    for (let line = 1; from < bytes.length && line <= lines; line++) {
      const newline = bytes.indexOf(NEWLINE, from);
      const end = newline === -1 ? bytes.length : newline;
      this.#addLine(bytes.subarray(from, end), path, line);
      from = end + 1;
    }
  }

  #addLine(bytes, path, line) {
    const isMarked = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    const text = bytes.toString('utf8', isMarked ? 3 : 0);
    if (/^[ \t\r]*$/.test(text)) return;
    const record = recordOf(text);
    // A member that a later one of its name overrides is nested too deep. The parsed record does not show whether the
    // member is in the profile, where the depth matters.
    if (record !== undefined && depthOf(text) > DEEPEST_PARSED && !isDeeper(record, DEEPEST_PARSED)) {
      this.hasUnknown = true;
      return;
    }
    if (record === undefined) {
      this.malformed++;
      this.places.push(`${path}:${line}`);
      return;
    }
    this.records++;
    const { input, error, profile } = record;
    if (isThere(error)) {
      this.failed++;
      const isKnown = typeof error.kind === 'string' && error.kind !== '' && !isDeeper(error, DEEPEST_PARSED);
      const kind = isKnown ? error.kind : '(none)';
      this.failures.set(kind, (this.failures.get(kind) ?? 0) + 1);
    } else if (isThere(input)) {
      // summarize compares other inputs as they are written, which the parsed record does not show.
      if (typeof input !== 'string' || input.length > LONGEST_INPUT || input.includes('\ufffd'))
        this.hasOddInput = true;
      else this.inputs.set(input, (this.inputs.get(input) ?? 0) + 1);
    }
    if (!isThere(profile)) {
      this.unprofiled++;
      return;
    }
    this.profiles.push(profile);
    for (const { stage, wall_s } of profile.stages) {
      if (typeof wall_s === 'number' && !(wall_s <= this.slowest.get(stage)?.value))
        this.slowest.set(stage, { value: wall_s, file: path, line });
    }
  }
}

/** @returns a text for each difference of a summary from what it must be */
export function differences(expected, result, groupBy) {
  const found = [...expected.faults];
  const lines = result.records + result.malformed;
  if (!Number.isSafeInteger(lines)) found.push(`${lines} lines`);
  if (expected.hasUnknown) return found;
  const compare = (what, actual, wanted) => {
    if (!isDeepStrictEqual(actual, wanted))
      found.push(
        `${what}: ${JSON.stringify(actual)?.slice(0, 2000)} instead of ${JSON.stringify(wanted)?.slice(0, 2000)}`,
      );
  };
  for (const count of ['records', 'failed', 'unprofiled', 'malformed']) compare(count, result[count], expected[count]);
  compare(
    'named',
    result.named.map((text) => /^(.*?:\d+): ./.exec(text)?.[1]),
    expected.places.slice(0, MOST_NAMED),
  );
  compare('unreadable', result.unreadable, expected.unreadable);
  if ([...expected.failures.keys()].every((kind) => kind.length <= 64) && expected.failures.size <= 64)
    compare('failures', sorted(result.failures), sorted(expected.failures));
  const repeated = [...expected.inputs.values()].filter((count) => count > 1).length;
  if (!expected.hasOddInput) compare('repeated inputs', result.repeatedInputs, repeated);
  if (groupBy !== undefined) {
    compare(
      'calls of groups',
      result.groups.reduce((sum, { calls }) => sum + calls, 0),
      expected.records,
    );
    return found;
  }
  const merged = plain(mergeReports(expected.profiles));
  const { stages, ...header } = plain(result.report);
  for (const name of new Set([...Object.keys(header), ...Object.keys(merged)]))
    if (name !== 'stages') compare(name, header[name], merged[name]);
  compare(
    'labels',
    stages.map(({ stage }) => stage),
    merged.stages.map(({ stage }) => stage),
  );
  for (const [index, row] of stages.entries()) compare(`row of ${row.stage.slice(0, 100)}`, row, merged.stages[index]);
  for (const { stage } of result.report.stages) {
    const { input: _, ...slowest } = result.worstOf(stage).wall_s ?? {};
    compare(`slowest of ${stage.slice(0, 100)}`, slowest, expected.slowest.get(stage) ?? {});
  }
  return found;
}

function recordOf(text) {
  let record;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
  // The line is a report by itself.
  if (!Object.hasOwn(record, 'profile') && typeof record.schema === 'string' && record.schema.startsWith('stageprof/'))
    record = { ...record, profile: { ...record } };
  if (!['input', 'error', 'profile'].some((name) => Object.hasOwn(record, name))) return undefined;
  if (!isThere(record.profile)) return record;
  try {
    if (isDeeper(record.profile, DEEPEST_PARSED)) return undefined;
    checkReport(record.profile);
    return record;
  } catch {
    return undefined;
  }
}

/** Whether a value has more levels than `most`. Empty objects and lists do not count as levels. */
function isDeeper(value, most) {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    level = level.filter((one) => typeof one === 'object' && one !== null && Object.keys(one).length > 0);
    if (depth === most && level.length > 0) return true;
    level = level.flatMap((one) => Object.values(one));
  }
  return false;
}

/** How deep a JSON text is nested, with members that later ones override. */
function depthOf(text) {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

function isThere(value) {
  return value !== undefined && value !== null;
}

function sorted(map) {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}
