import { Array, Number, Object } from '../host/intrinsics.js';
import { reportShapeError, schemaError } from './errors.js';
import { EXACT_MEMBERS } from './exact-use.js';
import { BUCKET_COUNT } from './histogram.js';
import { MODULE_METRICS, NUMBER_METRICS } from './number-metrics.js';
import { OCTAVE_COUNT } from './octaves.js';
import { MOST_PROCESSES } from './process-list.js';
import { isReportable } from './quantities.js';
import { REPORT_SCHEMA, type Report } from './report.js';
import { HEADER_FIELDS } from './report-header.js';
import { LATER_SOURCES, OPTIONAL_SOURCE_NAMES, SOURCE_NAMES, TRUTHS, type Truth } from './sources.js';
import { MOST_WORKER_THREADS } from './worker-threads.js';

/** The longest label or warning. The profiler folds labels past 1,024 characters: a far longer one is not its own. */
const LONGEST_TEXT = 4096;

/**
 * Checks that a value has the shape of a report, before any part of it is added up: records come from files that others
 * may have cut or edited. A field that an older version of the same schema did not have may be missing.
 *
 * @throws {Error} `ERR_STAGEPROF_SCHEMA`, naming the member that is wrong
 */
export function checkReport(value: unknown): asserts value is Report {
  const report = value as Partial<Record<string, unknown>> | null | undefined;
  if (report?.schema !== REPORT_SCHEMA) throw schemaError(report?.schema, REPORT_SCHEMA);
  for (const [field, { type, optional }] of HEADER_FIELDS) {
    const isNumber = type === 's' || type === 'KiB' || type === 'count' || type === 'load';
    if (isNumber && !isNumberOrNull(report[field], optional)) throw reportShapeError(field, report[field]);
  }
  if (report.warnings === undefined) throw reportShapeError('warnings', undefined);
  const sources = report.sources as Partial<Record<string, unknown>> | null | undefined;
  for (const name of SOURCE_NAMES) {
    const state = sources?.[name];
    if (state === undefined && LATER_SOURCES.includes(name)) continue;
    if (!isSourceState(state)) throw reportShapeError(`sources.${name}`, state);
  }
  for (const name of OPTIONAL_SOURCE_NAMES) {
    const state = sources?.[name];
    if (state !== undefined && !isSourceState(state)) throw reportShapeError(`sources.${name}`, state);
  }
  for (const member of OBJECT_MEMBERS) {
    const value = report[member];
    if (value !== undefined && !isObjectMember(member, value)) throw reportShapeError(member, value);
  }
  if (report.program !== undefined && report.program !== null) checkRow(report.program, 'program');
  if (!Array.isArray(report.stages)) throw reportShapeError('stages', report.stages);
  for (const [index, row] of report.stages.entries()) checkRow(row, `stages[${index}]`);
}

function checkRow(value: unknown, at: string): void {
  const row = value as Partial<Record<string, unknown>> | null | undefined;
  if (typeof row?.stage !== 'string' || row.stage.length > LONGEST_TEXT)
    throw reportShapeError(`${at}.stage`, row?.stage);
  for (const { field } of NUMBER_METRICS) {
    if (!isNumberOrNull(row[field], true)) throw reportShapeError(`${at}.${field}`, row[field]);
  }
  if (!isPairs(row.wall_hist)) throw reportShapeError(`${at}.wall_hist`, row.wall_hist);
  for (const { field } of MODULE_METRICS) {
    if (!isModules(row[field])) throw reportShapeError(`${at}.${field}`, row[field]);
  }
  if (!isOctaves(row.growth_by_octave)) throw reportShapeError(`${at}.growth_by_octave`, row.growth_by_octave);
}

function isNumberOrNull(value: unknown, optional: boolean | undefined): boolean {
  return (
    (typeof value === 'number' && isReportable(value)) || value === null || (optional === true && value === undefined)
  );
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}

/** Checks of the members of the header that are objects or arrays, and that a merge or a table reads. */
const OBJECT_CHECKS = {
  composition: isComposition,
  composition_at_peak: isComposition,
  exact: isExactUse,
  findings: isFindings,
  live_modules: isModules,
  process_list: isProcessList,
  slurm: isSlurm,
  threads: isThreads,
  warnings: isTexts,
  worker_threads: isWorkerThreads,
} as const;
export type ObjectMember = keyof typeof OBJECT_CHECKS;
export const OBJECT_MEMBERS = Object.keys(OBJECT_CHECKS) as readonly ObjectMember[];

export function isObjectMember(member: ObjectMember, value: unknown): boolean {
  return OBJECT_CHECKS[member](value);
}

function isComposition(value: unknown): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  // Without a copy of the others: every record of a corpus has one.
  for (const member of Object.keys(value)) {
    const is =
      member === 'mapped_modules' || member === 'files'
        ? isModules(value[member])
        : isNumberOrNull(value[member], false);
    if (!is) return false;
  }
  return true;
}

function isExactUse(value: unknown): boolean {
  if (value === null) return true;
  return isObject(value) && EXACT_MEMBERS.every(({ member }) => isThreadUse(value[member]));
}

function isThreadUse(value: unknown): boolean {
  if (value === null) return true;
  return isObject(value) && [value.total, value.outside].every((used) => used !== null && isNumberOrNull(used, false));
}

function isFindings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isFinding);
}

function isFinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { stage, kind, text, numbers } = value;
  return [stage, kind, text].every((one) => typeof one === 'string') && isObject(numbers);
}

function isSlurm(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((id) => id === null || typeof id === 'string');
}

function isThreads(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { source, groups } = value;
  return (
    isSourceState(source) &&
    Array.isArray(groups) &&
    groups.every((row) => typeof row?.group === 'string' && Number.isFinite(row.cpu_s))
  );
}

function isProcessList(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { processes, more } = value;
  return isCount(more) && Array.isArray(processes) && processes.length <= MOST_PROCESSES && processes.every(isProcess);
}

function isProcess(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { pid, parent, command, exit, composition, stages, ...numbers } = value;
  return (
    isCount(pid) &&
    (parent === null || isCount(parent)) &&
    (command === null || isText(command)) &&
    (exit === null || isCount(exit) || isText(exit)) &&
    isComposition(composition) &&
    typeof stages === 'boolean' &&
    Object.values(numbers).every((number) => isNumberOrNull(number, false))
  );
}

function isWorkerThreads(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { threads, more } = value;
  const isFew = Array.isArray(threads) && threads.length <= MOST_WORKER_THREADS;
  return isCount(more) && isFew && threads.every(isWorkerThread);
}

function isWorkerThread(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { pid, thread, name, stages, ...numbers } = value;
  return (
    isCount(pid) &&
    isCount(thread) &&
    (name === null || isText(name)) &&
    typeof stages === 'boolean' &&
    Object.values(numbers).every((number) => isNumberOrNull(number, false))
  );
}

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isModules(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(Number.isFinite);
}

function isPairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((pair) => isPair(pair) && isBucket(pair[0]) && isCount(pair[1]));
}

/** Reports of older versions lack it. */
function isOctaves(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return Array.isArray(value) && value.every((pair) => isPair(pair) && isOctave(pair[0]) && isGrowth(pair[1]));
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

/** A bucket of this version, which older versions have too: a merge has no room for others. */
export function isBucket(value: unknown): boolean {
  return isCount(value) && (value as number) < BUCKET_COUNT;
}

export function isOctave(value: unknown): boolean {
  return isCount(value) && (value as number) < OCTAVE_COUNT;
}

/** The change of a level, in whole KiB: it may be below zero. */
export function isGrowth(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSourceState(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { available, truth, method, reason, bound_kb, readings, skipped } = value as Record<string, unknown>;
  return (
    typeof available === 'boolean' &&
    TRUTHS.includes(truth as Truth) &&
    (method === null || typeof method === 'string') &&
    (reason === undefined || typeof reason === 'string') &&
    [bound_kb, readings, skipped].every((count) => count === undefined || isCount(count))
  );
}
