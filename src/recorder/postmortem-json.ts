import { withFindings } from '../findings/reported.js';
import type { Postmortem } from './postmortem.js';

/** What is known of a process, as one line of JSON. */
export function postmortemJson(found: Postmortem): string {
  return `${JSON.stringify({ ...found, report: withFindings(found.report) })}\n`;
}
