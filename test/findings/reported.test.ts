import { expect, test } from 'vitest';
import { findingsOf } from '../../src/findings/findings.js';
import { withFindings } from '../../src/findings/reported.js';
import { mergeReports } from '../../src/report/merge.js';
import { EXAMPLES } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

const leaking = report({
  total_wall_s: 110,
  outside_wall_s: 10,
  stages: [row('a', { calls: 1, ...EXAMPLES['native-growth'] }), row('b', { calls: 1, ...EXAMPLES['gc-bound'] })],
});

test('a report gets the findings that findingsOf has, in their order, with four members each', () => {
  const { findings, ...others } = withFindings(leaking);
  expect(others).toEqual(leaking);
  expect(findings!.map(({ stage, kind }) => [stage, kind])).toEqual([
    ['a', 'native-growth'],
    ['b', 'gc-bound'],
  ]);
  expect(findingsOf(leaking)).toMatchObject(findings!);
  for (const finding of findings!) expect(Object.keys(finding)).toEqual(['stage', 'kind', 'text', 'numbers']);
});

test('a report without findings says so', () => {
  expect(withFindings(report()).findings).toEqual([]);
});

test('findings that a report has already are not taken over, neither by a merge nor by the next output', () => {
  const stale = { stage: 'gone', kind: 'waiting', text: 'as it was', numbers: {} };
  const told = report({ findings: [stale], stages: leaking.stages });
  expect(mergeReports([told])).not.toHaveProperty('findings');
  expect(mergeReports([told, told])).not.toHaveProperty('findings');
  expect(withFindings(told).findings).toEqual(withFindings(report({ stages: leaking.stages })).findings);
});
