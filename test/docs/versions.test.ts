import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packageVersion } from '../../src/model/package-version.js';
import { REPORT_SCHEMA } from '../../src/model/report.js';
import { FORMAT_VERSION } from '../../src/recorder/format.js';

const textOf = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

test('docs/versions.md has the versions of the code', () => {
  const text = textOf('versions.md');
  const now = [...text.matchAll(/^\| the .* \| (\S+) \|$/gm)].map(([, version]) => version);
  expect(now).toEqual([packageVersion(), `\`${REPORT_SCHEMA}\``, `${FORMAT_VERSION}`]);
});

test('docs/recorder.md has the version of the format', () => {
  expect(textOf('recorder.md')).toContain(`| 8 | 4 | format version, ${FORMAT_VERSION} `);
});
