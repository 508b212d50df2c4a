import { Array } from '../host/intrinsics.js';
import type { Report } from '../model/report.js';
import { findingsOf } from './findings.js';

/** The report as the commands write it: with its findings, computed anew where it has some already. */
export function withFindings(report: Report): Report {
  const { stages, ...header } = report;
  const findings = Array.from(findingsOf(report), ({ stage, kind, text, numbers }) => ({ stage, kind, text, numbers }));
  return { ...header, findings, stages };
}
