import { expect, test } from 'vitest';
import { renderJson } from '../../src/render/json.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

test('the JSON parses into the report', () => {
  expect(JSON.parse(renderJson(pipelineReport()))).toStrictEqual(pipelineReport());
  expect(JSON.parse(renderJson(report()))).toStrictEqual(report());
});

test('every member of the header and every stage has one line', () => {
  const lines = renderJson(report({ stages: [row('a'), row('b')] })).split('\n');
  expect(lines.slice(0, 3)).toEqual(['{', '  "schema": "stageprof/1",', '  "total_wall_s": 10,']);
  expect(lines.slice(-6)).toEqual([
    '  "stages": [',
    `    ${JSON.stringify(row('a'))},`,
    `    ${JSON.stringify(row('b'))}`,
    '  ]',
    '}',
    '',
  ]);
});

test('further members are kept, except those without a value', () => {
  const extended = { ...report(), records: 7, extra: undefined };
  expect(JSON.parse(renderJson(extended))).toStrictEqual({ ...report(), records: 7 });
});
