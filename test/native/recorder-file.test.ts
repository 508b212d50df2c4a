import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { NativeRecorder } from '../../src/native/addon.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { canMount, runOnSmallFileSystems } from '../support/small-file-systems.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { builtModule } from '../support/workloads.js';

const BYTES = 1 << 20;
const ENOSPC = 28;
const EEXIST = 17;

function open(path: string): NativeRecorder {
  const native = loadBinding().binding!.recorderOpen(path, BYTES);
  if (typeof native !== 'object') throw new Error(`errno ${native}`);
  return native;
}

function exposed(native: NativeRecorder, offset: number, bytes: number): Float64Array {
  const buffer = native.expose(offset, bytes);
  if (typeof buffer === 'number') throw new Error(`errno ${buffer}`);
  return new Float64Array(buffer);
}

const numberAt = (path: string, offset: number) => readFileSync(path).readDoubleLE(offset);

describe('a recorder that moves to a new file', () => {
  test('finds there what was written before and after the move, and its buffers stay valid', () => {
    const [before, after] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'b')];
    const native = open(before);
    const head = exposed(native, 0, 4096);
    const middle = exposed(native, 40_960, 8);
    const end = exposed(native, 400_000, 80_000);
    head[0] = 1;
    middle[0] = 2;
    end[9_999] = 3;
    expect(native.move(after)).toBe(0);
    expect(lstatSync(after).mode & 0o777).toBe(0o600);
    unlinkSync(before);
    expect([head[0], middle[0], end[9_999]]).toEqual([1, 2, 3]);
    expect([0, 40_960, 400_000 + 79_992].map((offset) => numberAt(after, offset))).toEqual([1, 2, 3]);
    head[1] = 4;
    end[0] = 5;
    expect([8, 400_000].map((offset) => numberAt(after, offset))).toEqual([4, 5]);
    const later = exposed(native, 500_000, 8);
    later[0] = 6;
    expect(native.write(600_000, new Uint8Array(8).fill(1))).toBe(0);
    expect(numberAt(after, 500_000)).toBe(6);
    native.close();
    expect(native.move(before)).not.toBe(0);
  });

  test('uses no more blocks there than in the old file', () => {
    const [before, after] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'b')];
    const native = open(before);
    for (const offset of [0, 300_000, 900_000]) exposed(native, offset, 4096);
    expect(native.move(after)).toBe(0);
    expect(lstatSync(after).blocks).toBeLessThanOrEqual(lstatSync(before).blocks);
    native.close();
  });

  test('keeps every part when there are more than it tells apart', () => {
    const [before, after] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'b')];
    const native = open(before);
    // The offsets come from both sides, so that a new part is joined to the one after it and to the one before it.
    const offsets = Array.from({ length: 24 }, (_, index) => 16_384 * (index % 2 === 0 ? index : 48 - index));
    const parts = offsets.map((offset) => exposed(native, offset, 8));
    for (const [index, part] of parts.entries()) part[0] = index + 1;
    expect(native.move(after)).toBe(0);
    expect(parts.map((part) => part[0])).toEqual(parts.map((_, index) => index + 1));
    for (const part of parts) part[0]! *= 2;
    expect(offsets.map((offset) => numberAt(after, offset))).toEqual(parts.map((_, index) => 2 * (index + 1)));
    native.close();
  });

  test('stays in the old file when the new one already exists', () => {
    const [before, after] = [join(temporaryFolder(), 'a'), join(temporaryFolder(), 'b')];
    const native = open(before);
    writeFileSync(after, 'precious');
    expect(native.move(after)).toBe(EEXIST);
    expect(readFileSync(after, 'utf8')).toBe('precious');
    exposed(native, 0, 8)[0] = 7;
    expect(numberAt(before, 0)).toBe(7);
    native.close();
  });

  test.skipIf(!canMount)('stays in the old file, with all its content, when the new one has too little space', () => {
    const folder = temporaryFolder();
    const small = join(folder, 'small');
    mkdirSync(small);
    const program = `
      import { readdirSync, readFileSync } from 'node:fs';
      import { loadBinding } from ${JSON.stringify(builtModule('native/load-addon.js'))};
      const native = loadBinding().binding.recorderOpen('${folder}/a', ${BYTES});
      const numbers = new Float64Array(native.expose(0, 131072));
      numbers.fill(1);
      const error = native.move('${small}/b');
      numbers.fill(2);
      // This store comes after the failed move. A missing block would raise SIGBUS.
      new Float64Array(native.expose(500000, 8))[0] = 3;
      const file = readFileSync('${folder}/a');
      console.log(JSON.stringify([error, readdirSync('${small}'), file.readDoubleLE(131064), file.readDoubleLE(500000)]));`;
    const { status, signal, stdout, stderr } = runOnSmallFileSystems(
      [process.execPath, '--input-type=module', '-e', program],
      { sizes: { [small]: '64k' } },
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([ENOSPC, [], 2, 3]);
    expect(readdirSync(small)).toEqual([]);
    expect(existsSync(join(folder, 'a'))).toBe(true);
  });
});
