import { describe, expect, test } from 'vitest';
import { readSites } from '../../src/stacks/read-sites.js';

/** Bytes of an entry of each area, and how many entries there are, in the order of native/tracker/stacks/stack_tables.h. */
const AREAS = { sites: [72, 4], frames: [8, 16], stages: [16, 4], modules: [16, 4] } as const;
const OTHERS = {
  jsFunctions: [40, 1],
  jsScripts: [8, 1],
  texts: [1, 256],
  outlived: [16, 4],
  cpuRows: [40, 1],
  cpuNames: [16, 1],
} as const;
const ALL = { ...AREAS, ...OTHERS };
const COUNTS = 28 + 12 * Object.keys(ALL).length;

interface Noted {
  /** The bits above the 32 lower ones, innermost first. */
  readonly frames?: readonly number[];
  readonly outlived?: { readonly taken: number; readonly at: number; readonly bytes: number };
  readonly hasEnded?: boolean;
  readonly aliveNs?: number;
  readonly outlivedNs?: readonly [number, number];
}

/** Tables with one site, in the second stage, which is named `works`. */
function tables({ frames = [0], outlived, hasEnded = false, aliveNs = 0, outlivedNs = [0, 0] }: Noted): Buffer {
  const offsets: Partial<Record<keyof typeof ALL, number>> = {};
  let end = 512;
  for (const [name, [bytes, entries]] of Object.entries(ALL)) {
    offsets[name as keyof typeof ALL] = end;
    end += bytes * entries;
  }
  const at = offsets as Record<keyof typeof ALL, number>;
  const memory = Buffer.alloc(end);
  memory.write('SPGSITES');
  memory.writeUInt32LE(2, 8);
  memory.writeUInt32LE(1024, 16);
  memory.writeUInt32LE(Object.keys(ALL).length, 24);
  for (const [index, [name, [bytes, entries]]] of Object.entries(ALL).entries()) {
    for (const [word, value] of [at[name as keyof typeof ALL], bytes, entries].entries()) {
      memory.writeUInt32LE(value, 28 + 12 * index + 4 * word);
    }
  }
  memory.write('works', at.texts);
  memory.writeUInt32LE(5, at.stages + 16 + 12);
  memory.writeUInt32LE(1, COUNTS);
  const site = at.sites;
  memory.writeUInt32LE(1, site);
  memory.writeUInt32LE(4096, site + 8);
  memory.writeUInt32LE(frames.length, site + 60);
  memory.writeUInt32LE(1, site + 68);
  for (const [index, high] of frames.entries()) memory.writeUInt32LE(high >>> 0, at.frames + 8 * index + 4);
  memory.writeUInt32LE(hasEnded ? 1 : 0, COUNTS + 24);
  if (outlived !== undefined) {
    memory.writeUInt32LE(outlived.taken >>> 0, COUNTS + 32);
    memory.writeUInt32LE(1, at.outlived + 16 * outlived.at);
    memory.writeUInt32LE(1, at.outlived + 16 * outlived.at + 4);
    memory.writeUInt32LE(outlived.bytes, at.outlived + 16 * outlived.at + 8);
  }
  for (const [index, ns] of [...outlivedNs, aliveNs].entries()) memory.writeDoubleLE(ns, COUNTS + 68 + 8 * index);
  return memory;
}

function namesOf(noted: Noted): string[] {
  const { profile } = readSites(tables(noted), 1);
  return profile.stacks.frames(profile.rows.stack(1)).map((id) => profile.frames.get(id).name);
}

test('a frame of a module that there is no room for is unknown, and the others are told', () => {
  expect(namesOf({ frames: [0, 0x1ead << 16, 0] })).toEqual(['(unknown)', '(unknown)', '(unknown)']);
  expect(namesOf({ frames: [(1 << 30) | (0x1ead << 16)] })).toEqual(['(caller not found)', '(unknown)']);
});

describe('what has outlived which stages', () => {
  test.each([
    ['first', 0, 0],
    ['second', 2 ** 31, 2],
  ])('is that of the list that was written last, the %s', (_, list, at) => {
    const bytes = tables({ outlived: { taken: list + 1, at, bytes: 7 } });
    expect(readSites(bytes, 1).outlived).toEqual([{ born: 'works', after: 'works', bytes: 7 }]);
  });

  test('is as old as its list, and not old where the process has ended by itself', () => {
    const noted = {
      outlivedNs: [1e9, 4e9],
      aliveNs: 5.5e9,
      outlived: { taken: 2 ** 31 + 1, at: 2, bytes: 7 },
    } as const;
    expect(readSites(tables(noted), 1).outlivedAgeS).toBe(1.5);
    expect(readSites(tables({ ...noted, hasEnded: true }), 1).outlivedAgeS).toBe(0);
    expect(readSites(tables({}), 1)).toMatchObject({ outlived: [], outlivedAgeS: 0 });
  });

  test('is at most what one list has room for', () => {
    const { outlived } = readSites(tables({ outlived: { taken: 100, at: 0, bytes: 7 } }), 1);
    expect(outlived).toHaveLength(2);
  });
});
