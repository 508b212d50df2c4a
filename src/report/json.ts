import type { Report } from './report.js';

/**
 * The report as JSON: one line a header member and one a stage, so that two of them can be compared with `diff`
 * and a stage found with `grep`. Members beside those of a report are kept.
 */
export function renderJson(report: Report): string {
  const members = Object.entries(report)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `  ${JSON.stringify(name)}: ${name === 'stages' ? stageLines(report) : JSON.stringify(value)}`,
    );
  return `{\n${members.join(',\n')}\n}\n`;
}

function stageLines({ stages }: Report): string {
  return stages.length === 0 ? '[]' : `[\n${stages.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
}
