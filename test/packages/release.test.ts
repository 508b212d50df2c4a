import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manifest, root } from './project.js';

// The release is made from the last commit. Without git there is none.
describe.runIf(existsSync(join(root, '.git')))('the files of a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-release-'));
  const tarball = `stageprof-${manifest.version}.tgz`;
  let printed: string[];
  beforeAll(() => {
    printed = execFileSync(process.execPath, ['release.js', folder], { cwd: root, encoding: 'utf8' }).split('\n');
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('two clones of a commit under other settings give the same tarball, or there would be none', () => {
    const files = execFileSync('tar', ['-tvzf', join(folder, tarball)], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(files.length).toBeGreaterThan(500);
    expect(files.filter((line) => !/^-rw(?:-r--r--|xr-xr-x) 0\/0/.test(line))).toEqual([]);
    expect(files.filter((line) => line.endsWith('package/dist/cli/main.js'))).toEqual([expect.stringMatching(/^-rwx/)]);
  });

  test('the checksums are those of the tarball, the bill of materials and the prebuilt files', () => {
    const { status, stdout } = spawnSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
    expect(status).toBe(0);
    const names = stdout.trimEnd().split('\n');
    expect(names).toContain(`${tarball}: OK`);
    expect(names.filter((name) => /prebuilds\/.*\.(?:node|so): OK$/.test(name))).toHaveLength(4);
    // And what the prebuilt files are of: sources and compiler, for each processor.
    expect(names.filter((name) => /prebuilds\/.*\.(?:sha256|txt): OK$/.test(name))).toHaveLength(4);
    expect(names).toHaveLength(10);
  });

  test('the bill of materials has what an install brings', () => {
    const path = join(folder, tarball.replace('.tgz', '.cdx.json'));
    const bill = JSON.parse(readFileSync(path, 'utf8'));
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { purl: `pkg:npm/stageprof@${manifest.version}` } },
    });
    const args = ['ls', '--all', '--omit', 'dev', '--parseable', '--long'];
    const listed = spawnSync('npm', args, { cwd: root, encoding: 'utf8' }).stdout.trimEnd().split('\n').slice(1);
    const installed = listed.map((line) => line.split(':')[1]!);
    expect(installed.length).toBeGreaterThanOrEqual(Object.keys(manifest.dependencies).length);
    expect(bill.components.map(({ purl }: { purl: string }) => purl.replace('pkg:npm/', '')).sort()).toEqual(
      installed.sort(),
    );
  });

  test('it says how to publish, and publishes nothing itself', () => {
    expect(printed.filter((line) => line.includes('npm publish'))).toEqual([
      `to publish, in a CI job that may ask for an OIDC token: npm publish ${join(folder, tarball)} --provenance --access public`,
    ]);
    const text = readFileSync(join(root, 'release.js'), 'utf8');
    expect(text.match(/'publish'/g)).toBeNull();
  });
});
