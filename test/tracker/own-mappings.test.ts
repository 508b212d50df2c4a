import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE, runModule } from '../workloads.js';
import { TRACKER } from './programs.js';

test.skipIf(!existsSync(TRACKER))('recorders that come and go in a stage are nothing that a module has mapped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { code, stdout, stderr } = runModule(
    `
      import { setFlagsFromString } from 'node:v8';
      import { runInNewContext } from 'node:vm';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc');
      const outer = new StageProfiler();
      let recorded;
      outer.stage('open', () => { recorded = new StageProfiler({ recorder: true }); });
      outer.stage('release', () => {
        recorded.close();
        recorded = undefined;
        collect();
      });
      outer.close();
      console.log(JSON.stringify(outer.report().stages.map((row) => [row.stage, row.mapped_kb_delta])));
    `,
    { LD_PRELOAD: TRACKER, STAGEPROF_DIR: folder },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual([
    ['open', 0],
    ['release', 0],
  ]);
});
