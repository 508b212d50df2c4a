import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TRACKER } from '../support/compiled-programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PACKAGE, runModule } from '../support/workloads.js';

test.skipIf(!existsSync(TRACKER))('a recorder that is opened or released in a stage does not count as mapped', () => {
  const folder = temporaryFolder();
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
