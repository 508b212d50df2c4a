import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { MapResult } from '../../src/corpus/map-result.js';
import { MIB } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

test.each([
  ['two processes', [1, 2], true],
  ['one process', [1, 1], false],
])('growth above the peak of one process is found in inputs of %s', (_, pids, isFound) => {
  const result = new MapResult(2, { pipelineName: 'keep', shardName: '' });
  for (const pid of pids) {
    const leak = { calls: 1, native_kb_delta: 200 * MIB, native_kb_peak_max: 210 * MIB, rss_kb_peak_max: 400 * MIB };
    const profile = report({ pid, stages: [row('keep', leak)] });
    result.count({ type: 'done', input: `${pid}`, profile });
  }
  const table = result.table(new PassThrough() as unknown as NodeJS.WriteStream, { full: true });
  expect(table?.includes('native-growth')).toBe(isFound);
});
