import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The last commit before each had to give its reason. */
const BEFORE_THE_RULE = '508d3b3a503fa5d6dd7653c35d88515d9fe273ac';

const git = (...args: string[]) => spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });

const hasHistory = git('cat-file', '-e', `${BEFORE_THE_RULE}^{commit}`).status === 0;

test.skipIf(!hasHistory)('every commit names an area and an outcome, and its body gives the reason', () => {
  const { stdout } = git('log', '--no-merges', '--format=%h%x00%s%x00%b%x01', `${BEFORE_THE_RULE}..HEAD`);
  const commits = stdout.split('\x01\n').filter((text) => text !== '');
  expect(commits.length).toBeGreaterThan(0);
  const faults = commits.flatMap((text) => {
    const [hash, subject, body] = text.split('\0');
    const isWhole = /^[a-z][\w.,/ -]*: \S/.test(subject!) && body!.trim() !== '';
    return isWhole ? [] : [`${hash} ${subject}`];
  });
  expect(faults).toEqual([]);
});
