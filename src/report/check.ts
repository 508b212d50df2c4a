import { reportShapeError, schemaError } from '../errors.js';
import { SOURCE_NAMES } from '../sources.js';
import { HEADER_FIELDS } from './header.js';
import { NUMBER_METRICS } from './number-metrics.js';
import { REPORT_SCHEMA, type Report } from './report.js';
import type { ThreadCpu } from './threads.js';

/**
 * Holds what is to be merged to the shape of a report, before anything of it is added up: records come from files
 * that others may have cut or edited. A field that an older version of the same schema did not have may be missing.
 *
 * @throws {Error} `ERR_STAGEPROF_SCHEMA`, naming the member that is wrong
 */
export function checkReport(value: unknown): asserts value is Report {
  const report = value as Partial<Record<string, unknown>> | null | undefined;
  if (report?.schema !== REPORT_SCHEMA) throw schemaError(report?.schema, REPORT_SCHEMA);
  for (const [field, { type, optional }] of HEADER_FIELDS) {
    const isNumber = type === 's' || type === 'KiB' || type === 'count';
    if (isNumber && !isNumberOrNull(report[field], optional)) throw reportShapeError(field, report[field]);
  }
  if (!isTexts(report.warnings)) throw reportShapeError('warnings', report.warnings);
  for (const name of SOURCE_NAMES) {
    const state = (report.sources as Partial<Record<string, unknown>> | null | undefined)?.[name];
    if (typeof state !== 'object' || state === null) throw reportShapeError(`sources.${name}`, state);
  }
  if (!isThreads(report.threads)) throw reportShapeError('threads', report.threads);
  if (!Array.isArray(report.stages)) throw reportShapeError('stages', report.stages);
  report.stages.forEach(checkRow);
}

function checkRow(value: unknown, index: number): void {
  const row = value as Partial<Record<string, unknown>> | null | undefined;
  const at = `stages[${index}]`;
  if (typeof row?.stage !== 'string') throw reportShapeError(`${at}.stage`, row?.stage);
  for (const { field } of NUMBER_METRICS) {
    if (!isNumberOrNull(row[field], true)) throw reportShapeError(`${at}.${field}`, row[field]);
  }
  if (!isPairs(row.wall_hist)) throw reportShapeError(`${at}.wall_hist`, row.wall_hist);
  if (!isModules(row.native_modules)) throw reportShapeError(`${at}.native_modules`, row.native_modules);
}

function isNumberOrNull(value: unknown, optional: boolean | undefined): boolean {
  return Number.isFinite(value) || value === null || (optional === true && value === undefined);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isThreads(value: unknown): boolean {
  if (value === undefined) return true;
  const { source, groups } = (value ?? {}) as Partial<ThreadCpu>;
  return (
    typeof source === 'object' &&
    source !== null &&
    Array.isArray(groups) &&
    groups.every((row) => typeof row?.group === 'string' && Number.isFinite(row.cpu_s))
  );
}

function isModules(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(Number.isFinite);
}

function isPairs(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isSafeInteger))
  );
}
