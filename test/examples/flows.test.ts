import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import flows, { MAX_FILE_BYTES } from '../../examples/flows/flows.js';
import { packageDirectory } from '../support/installed.js';
import { RecordingProfiler } from '../support/recording-profiler.js';

const hasZip = spawnSync('zip', ['-v']).status === 0;

const readme = readFileSync(join(import.meta.dirname, '../../examples/flows/README.md'), 'utf8');

let folder: string;
let directory: string;

// One real file of each kind, and what must be left out.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flows-'));
  directory = join(folder, 'package');
  cpSync(packageDirectory('tar-stream'), directory, { recursive: true });
  cpSync(`${packageDirectory('svg-country-flags')}/png100px/ch.png`, join(directory, 'ch.png'));
  cpSync('/bin/ls', join(directory, 'ls'));
  writeFileSync(join(directory, 'bad.json'), '{');
  writeFileSync(join(directory, 'bad.so'), '\x7fELF');
  writeFileSync(join(directory, 'bad.js'), 'const = 1');
  writeFileSync(join(directory, 'bad.png'), readFileSync(join(directory, 'ch.png')).subarray(0, 60));
  writeFileSync(join(directory, 'binary.dat'), Buffer.from([0, 255, 254]));
  symlinkSync('README.md', join(directory, 'link.md'));
  mkdirSync(join(directory, 'node_modules/other'), { recursive: true });
  writeFileSync(join(directory, 'node_modules/other/index.js'), '1');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a directory', () => {
  test('is counted by class, its bad files named', async () => {
    const record = await flows(directory);
    expect(record.classes).toMatchObject({
      elf: { files: 2 },
      image: { files: 2 },
      js: { files: 6 },
      json: { files: 2 },
      other: { files: 1, bytes: 3 },
      text: { files: 3 },
    });
    expect(record.elf).toMatchObject({ total: 2, broken: 1, first: [{ file: 'ls', type: 'shared' }] });
    expect(record.images).toMatchObject({
      total: 2,
      failed: 1,
      formats: { png: 1 },
      largest: [{ file: 'ch.png', width: 100 }],
    });
    expect(record.javascript).toMatchObject({ total: 6, failed: 1 });
    expect(record.errors.total).toBe(4);
    expect(record.errors.first.map(({ file, kind }) => `${kind} ${file}`)).toEqual([
      'js bad.js',
      'json bad.json',
      'image bad.png',
      'elf bad.so',
    ]);
  });

  test('gives links by import and by name, and the packages imported', async () => {
    const record = await flows(directory);
    expect(record.links.first).toContainEqual({ from: 'index.js', to: 'extract.js', by: 'import' });
    expect(record.links.first).toContainEqual({ from: 'package.json', to: 'index.js', by: 'name' });
    expect(record.packages.top).toContainEqual({ name: 'streamx', files: 2 });
  });

  test('with a file above the size limit counts it as skipped, unread', async () => {
    const large = join(folder, 'large');
    mkdirSync(large);
    writeFileSync(join(large, 'sparse.bin'), '');
    truncateSync(join(large, 'sparse.bin'), MAX_FILE_BYTES + 1);
    expect(await flows(large)).toMatchObject({ classes: { skipped: { files: 1 } }, strings: 0, errors: { total: 0 } });
  });

  test('with a folder that cannot be listed names it and goes on', async () => {
    const deep = join(folder, 'deep');
    mkdirSync(deep);
    writeFileSync(join(deep, 'a.txt'), 'text');
    // Permissions do not stop root, but a path longer than PATH_MAX does. It is made step by step.
    const name = 'd'.repeat(250);
    execFileSync('sh', ['-c', `for i in $(seq 20); do mkdir ${name} && cd -P ${name} || exit 1; done`], { cwd: deep });
    // rmSync cannot remove it, since it uses paths too.
    onTestFinished(() => void execFileSync('rm', ['-rf', deep]));
    const record = await flows(deep);
    expect(record).toMatchObject({ files: 2, classes: { text: { files: 1 }, unreadable: { files: 1, bytes: 0 } } });
    expect(record.errors).toMatchObject({
      total: 1,
      first: [
        { file: expect.stringMatching(/d$/), kind: 'unreadable', message: expect.stringContaining('ENAMETOOLONG') },
      ],
    });
  });

  test('without a file is an empty record', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await flows(empty)).toMatchObject({ files: 0, bytes: 0, classes: {}, links: { total: 0 } });
  });
});

describe('an archive', () => {
  const makers: [string, (path: string) => void][] = [
    ['tgz', (path) => execFileSync('tar', ['-czf', path, '-C', directory, '.'])],
    ['tar.gz', (path) => execFileSync('tar', ['-czf', path, '--format=pax', '-C', directory, '.'])],
    ...(hasZip
      ? ['zip', 'apk', 'jar', 'aar'].map((extension): [string, (path: string) => void] => [
          extension,
          // zip appends .zip only to a path without an extension, so each keeps its own.
          (path) => execFileSync('zip', ['-qry', path, '.'], { cwd: directory }),
        ])
      : []),
  ];

  test.each(makers)('.%s gives the record of the directory', async (extension, make) => {
    const path = join(folder, `whole.${extension}`);
    make(path);
    expect(await flows(path)).toEqual(await flows(directory));
  });

  test.each(makers)('.%s cut in half rejects with its path', async (extension, make) => {
    const path = join(folder, `half.${extension}`);
    make(path);
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    await expect(flows(path)).rejects.toThrow(`Cannot read "${path}": `);
  });

  test.each(['zip', 'tgz'])('.%s that is no archive rejects with its path', async (extension) => {
    const path = join(folder, `text.${extension}`);
    writeFileSync(path, 'not an archive at all, only text');
    await expect(flows(path)).rejects.toThrow(`Cannot read "${path}": `);
  });

  test.skipIf(!hasZip)('with one entry damaged names it and goes on', async () => {
    const path = join(folder, 'damaged.zip');
    execFileSync('zip', ['-qr', path, 'README.md', 'extract.js'], { cwd: directory });
    const bytes = readFileSync(path);
    // The first local header takes 30 bytes, its name and its extra field; deflated data follows.
    const data = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
    bytes.fill(0xff, data, data + 64);
    writeFileSync(path, bytes);
    const record = await flows(path);
    expect(record.errors).toMatchObject({ total: 1, first: [{ file: 'README.md', kind: 'unreadable' }] });
    expect(record.classes).toMatchObject({ js: { files: 1 }, unreadable: { files: 1 } });
  });
});

test.each([
  ['nowhere', 'ENOENT'],
  ['file.txt', 'expected a directory or an archive'],
])('an input that is %s rejects with its path and the reason', async (name, reason) => {
  const path = join(folder, name);
  if (name === 'file.txt') writeFileSync(path, 'x');
  await expect(flows(path)).rejects.toThrow(path);
  await expect(flows(path)).rejects.toThrow(reason);
});

test.each(['fifo', 'fifo.zip', 'fifo.tgz'])('the FIFO %s rejects with its path, unopened', async (name) => {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  await expect(flows(path)).rejects.toThrow(`Cannot read "${path}": expected a directory or a regular file`);
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    // The listing itself used a descriptor, which is closed by now.
    const link = `/proc/self/fd/${fd}`;
    return existsSync(link) ? [readlinkSync(link)] : [];
  });
}

describe('an abort', () => {
  test('that came before the start stops before the first file', async () => {
    const profiler = new RecordingProfiler();
    const reason = new Error('enough');
    await expect(flows(directory, { profiler, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(profiler.calls.size).toBe(0);
  });

  test.each(['package', 'abort.tgz', ...(hasZip ? ['abort.zip'] : [])])(
    'between two files of %s stops there',
    async (name) => {
      const path = join(folder, name);
      if (name.endsWith('.tgz')) execFileSync('tar', ['-czf', path, '-C', dirname(directory), basename(directory)]);
      if (name.endsWith('.zip')) execFileSync('zip', ['-qr', path, '.'], { cwd: directory });
      const controller = new AbortController();
      const profiler = new RecordingProfiler();
      const stage = profiler.stage.bind(profiler);
      profiler.stage = ((label: string, fn?: () => unknown) => {
        if (label === 'classify') controller.abort();
        return fn === undefined ? stage(label) : stage(label, fn);
      }) as typeof profiler.stage;
      await expect(flows(path, { profiler, signal: controller.signal })).rejects.toThrow('aborted');
      expect(profiler.calls.get('classify')).toBe(1);
      expect(profiler.calls.has('link')).toBe(false);
      expect(profiler.open).toBe(0);
      await expect.poll(openFiles).not.toContain(path);
    },
  );
});

describe('a profiler', () => {
  test('changes nothing in the record', async () => {
    const plain = await flows(directory);
    expect(await flows(directory, { profiler: new RecordingProfiler() })).toEqual(plain);
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
  });

  test('sees the documented stages, all closed, and the failed calls', async () => {
    const profiler = new RecordingProfiler();
    const { files } = await flows(directory, { profiler });
    expect(Object.fromEntries(profiler.calls)).toEqual({
      read: files + 1,
      extract: files,
      'extract.bytes': files,
      'extract.strings': files,
      classify: files,
      'classify.elf': 2,
      'classify.image': 2,
      'classify.image.decode': 2,
      'classify.image.measure': 1,
      'classify.image.measure.stats': 1,
      'classify.image.measure.linearise': 1,
      'classify.image.measure.luminance': 1,
      'classify.js': 6,
      'classify.json': 2,
      link: 1,
    });
    expect(Object.fromEntries(profiler.errors)).toEqual({
      classify: 4,
      'classify.elf': 1,
      'classify.image': 1,
      'classify.image.decode': 1,
      'classify.js': 1,
      'classify.json': 1,
    });
    expect(profiler.open).toBe(0);
  });

  test('sees every stage of the README and no other', async () => {
    const profiler = new RecordingProfiler();
    await flows(directory, { profiler });
    const documented = [...readme.matchAll(/^\| `([a-z.]+)` +\|/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual([...profiler.calls.keys()].sort());
  });
});

test('the record in the README is what its code prints', async () => {
  const line = /^\{"files":.*\}$/m.exec(readme)?.[0] ?? '';
  expect(JSON.stringify(await flows(packageDirectory('pend')))).toBe(line);
});
