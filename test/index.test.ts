import { expect, test } from 'vitest';
import * as stageprof from '../src/index.js';

test('exports these values, and no others', () => {
  expect(Object.keys(stageprof).sort()).toEqual([
    'NullProfiler',
    'FINDING_THRESHOLDS',
    'StageProfiler',
    'activeProfiler',
    'capabilities',
    'mergeReports',
    'nullProfiler',
    'findingsOf',
    'renderTable',
  ]);
});
