import { expect, test } from 'vitest';
import { allocationNotes, liveStacks } from '../../src/render/allocation-notes.js';
import type { FrameInput } from '../../src/stacks/frame.js';
import { liveProfile } from '../support/stack-profile.js';

const MIB = 2 ** 20;
const vips: FrameInput = {
  kind: 'native',
  name: 'vips_malloc',
  module: '/app/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7',
};
const libc: FrameInput = { kind: 'native', name: 'strdup', module: '/lib/x86_64-linux-gnu/libc.so.6' };
const node = (name: string): FrameInput => ({ kind: 'native', name, module: '/usr/bin/node' });
const js = (name: string, startLine: number, file = '/app/image.js'): FrameInput => ({
  kind: 'js',
  name,
  file,
  startLine,
});
const own: FrameInput = { kind: 'vm', name: '(stageprof)' };

const textsOf = (profile: ReturnType<typeof liveProfile>) => allocationNotes(profile).map(({ text }) => text);

test('tells the function that allocates and the JS that led to it', () => {
  const profile = liveProfile([
    [
      'decode',
      [
        node('node::Start'),
        js('main', 1),
        own,
        js('decode', 31),
        js('step', 9, 'node:internal/x'),
        node('v8impl::Invoke'),
        vips,
        libc,
      ],
      60 * MIB,
      12,
    ],
  ]);
  expect(textsOf(profile)).toEqual([
    'decode  60.0 MiB in 12 blocks  vips_malloc @img/sharp-libvips (libvips-cpp.so.8.18.7) < decode image.js:31 < main image.js:1',
  ]);
});

test('node itself is told where it allocates', () => {
  const profile = liveProfile([
    ['', [js('main', 1), node('v8::internal::Api'), node('node::Buffer::New')], 4 * MIB, 1],
  ]);
  expect(textsOf(profile)).toEqual([
    '(outside any stage)  4.00 MiB in 1 block  node::Buffer::New node < main image.js:1',
  ]);
});

test('an estimate has its error, and small amounts have no line', () => {
  const profile = liveProfile([
    ['rows', [vips], 8 * MIB, 8 * 1024],
    ['tiny', [vips], MIB / 2, 1],
  ]);
  expect(textsOf(profile)).toEqual([expect.stringMatching(/^rows {2}8\.00 MiB ± 2\.00 MiB in about 8,192 blocks {2}/)]);
  expect(liveStacks(profile, 5).map(({ stage, kb, blocks }) => [stage, kb, blocks])).toEqual([
    ['rows', 8192, 8192],
    ['tiny', 512, 1],
  ]);
});

test('work on another thread is told as such, with the function of a package that the program called', () => {
  const queued = (frame: FrameInput): FrameInput => ({ ...frame, inherited: true });
  const inSharp = (name: string, line: number) => queued(js(name, line, '/app/node_modules/sharp/lib/output.js'));
  const profile = liveProfile([
    [
      'thumbs',
      [
        queued(node('node::Start')),
        queued(js('main', 1)),
        queued(js('decode', 31)),
        inSharp('toBuffer', 1004),
        inSharp('_pipeline', 1200),
        queued({ ...vips, name: 'pipeline' }),
        node('worker'),
        vips,
      ],
      60 * MIB,
      12,
    ],
  ]);
  expect(textsOf(profile)).toEqual([
    'thumbs  60.0 MiB in 12 blocks  vips_malloc @img/sharp-libvips (libvips-cpp.so.8.18.7) < (work of) toBuffer output.js:1004 < decode image.js:31',
  ]);
});
