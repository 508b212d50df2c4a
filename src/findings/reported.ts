import { Array } from '../host/intrinsics.js';
import type { Report } from '../model/report.js';
import { findingsOf, judgedAs } from './findings.js';

/**
 * The report as the commands write it: with its findings, computed anew where it has some already.
 *
 * @param processes as in `judgedAs`
 */
export function withFindings(report: Report, processes?: number): Report {
  const { stages, ...header } = report;
  const findings = Array.from(findingsOf(judgedAs(report, processes)), ({ stage, kind, text, numbers }) => ({
    stage,
    kind,
    text,
    numbers,
  }));
  return { ...header, findings, stages };
}
