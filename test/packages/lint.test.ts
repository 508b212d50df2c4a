import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData, type ResolutionKind } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifest, Project, packInto } from './project.js';

/** The package is of ES modules, which projects of today resolve so. */
const RESOLUTIONS: readonly ResolutionKind[] = ['node16-esm', 'bundler'];

let project: Project;
let tarball: ArrayBuffer;
beforeAll(() => {
  project = new Project();
  tarball = new Uint8Array(readFileSync(packInto(project.folder))).buffer;
});
afterAll(() => project.remove());

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pack: { tarball }, level: 'suggestion', strict: true });
  expect(messages.map(({ code, path }) => [code, path.join('.')])).toEqual([]);
});

test('publint says what is wrong', async () => {
  const wrong = { ...manifest, exports: { '.': './dist/gone.js' } };
  project.write('package.json', JSON.stringify(wrong));
  const { messages } = await publint({ pkgDir: project.folder, pack: false, strict: true });
  expect(messages.map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST');
});

test('the types are those of the modules, in each export', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (result.types === false) throw new Error('the package has no types');
  const entries = Object.entries(result.entrypoints);
  expect(entries.map(([path]) => path)).toEqual(Object.keys(manifest.exports));
  for (const [path, { resolutions }] of entries) {
    for (const kind of RESOLUTIONS) expect([path, resolutions[kind].resolution]).toEqual([path, expect.anything()]);
  }
  const problems = result.problems.filter(
    (problem) => !('resolutionKind' in problem) || RESOLUTIONS.includes(problem.resolutionKind),
  );
  expect(problems).toEqual([]);
});
