import { spawnSync } from 'node:child_process';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeLeftovers } from '../../src/recorder/leftovers.js';
import { recorderName } from '../../src/recorder/recorder-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const DAY_S = 24 * 60 * 60;

test('removes only recorders of processes that ended a day ago', () => {
  const folder = temporaryFolder();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const nowS = Date.now() / 1000;
  const place = (name: string, ageS: number) => {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), nowS - ageS, nowS - ageS);
    return name;
  };
  place(recorderName(pid), DAY_S + 60);
  place(recorderName(pid).replace('.recorder', '-t3.recorder'), DAY_S + 60);
  place(`${recorderName(pid)}.sites`, DAY_S + 60);
  const kept = [
    place(recorderName(pid), DAY_S - 60),
    place(recorderName(process.pid), 2 * DAY_S),
    place('notes.txt', 2 * DAY_S),
  ];
  removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(kept.sort());
});
