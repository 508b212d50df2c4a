import { expect, test } from 'vitest';
import * as stageprof from '../src/index.js';

test('exports these values, and no others', () => {
  expect(Object.keys(stageprof).sort()).toEqual([
    'FINDING_THRESHOLDS',
    'NullProfiler',
    'StageProfiler',
    'activeProfiler',
    'capabilities',
    'findingsOf',
    'mergeReports',
    'nullProfiler',
    'renderTable',
  ]);
});
