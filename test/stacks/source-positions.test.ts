import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { SourcePositions } from '../../src/stacks/source-positions.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Lines 1 and 2 of the script are lines 3 and 5 of `app.ts`: segments of column, source, line and column, each relative. */
const map = (sourceRoot?: string) => ({
  version: 3,
  sources: ['../src/app.ts'],
  names: [],
  mappings: 'AAEA;AAEA',
  ...(sourceRoot === undefined ? {} : { sourceRoot }),
});

function scriptWith(comment: string): { readonly url: string; readonly folder: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'dist'));
  const path = join(folder, 'dist', 'app.js');
  writeFileSync(path, `function a() {}\nfunction b() {}\n${comment}\n`);
  return { url: pathToFileURL(path).href, folder };
}

const inline = (content: object) =>
  `//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(JSON.stringify(content)).toString('base64')}`;

test('a map in a file of its own is followed', () => {
  const { url, folder } = scriptWith('//# sourceMappingURL=app.js.map');
  writeFileSync(join(folder, 'dist', 'app.js.map'), JSON.stringify(map()));
  const positions = new SourcePositions();
  expect(positions.original(url, 1, 1)).toEqual({ file: join(folder, 'src', 'app.ts'), line: 3 });
  expect(positions.original(url, 2, 0)).toEqual({ file: join(folder, 'src', 'app.ts'), line: 5 });
});

test('a map inside of the script is followed, with its root', () => {
  const { url, folder } = scriptWith(inline(map('../lib/')));
  expect(new SourcePositions().original(url, 2, 1)).toEqual({ file: join(folder, 'src', 'app.ts'), line: 5 });
});

test.each([
  ['that is not there', '//# sourceMappingURL=none.map'],
  ['that is no map', inline({ version: 3 })],
  ['that is not JSON', '//# sourceMappingURL=data:application/json;base64,AAAA'],
])('a script with a map %s is shown as it runs', (_, comment) => {
  const { url, folder } = scriptWith(comment);
  expect(new SourcePositions().original(url, 2, 1)).toEqual({ file: join(folder, 'dist', 'app.js'), line: 2 });
});

test('what is not on disk is shown as V8 names it', () => {
  const positions = new SourcePositions();
  expect(positions.original('node:fs', 400, 1)).toEqual({ file: 'node:fs', line: 400 });
  expect(positions.original('evalmachine.<anonymous>', 1, 1)).toEqual({ file: 'evalmachine.<anonymous>', line: 1 });
});
