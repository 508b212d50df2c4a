/**
 * Work that goes to libuv's pool, or is said to. Each entry loads what it needs and runs it. Packages that are not
 * dependencies of this repository are loaded from the folder that `POOL_PACKAGES` names.
 */
import { pbkdf2, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const require = createRequire(process.env.POOL_PACKAGES ? join(process.env.POOL_PACKAGES, 'x.js') : import.meta.url);
const own = createRequire(import.meta.url);
const times = (count, job) => Promise.all(Array.from({ length: count }, (_, index) => job(index)));

export const WORK = {
  'fs.readFile': async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stageprof-pool-'));
    const path = join(folder, 'file');
    await writeFile(path, Buffer.alloc(32 << 20, 1));
    await times(12, () => readFile(path));
    await rm(folder, { recursive: true });
  },
  'crypto.pbkdf2': () => times(8, () => promisify(pbkdf2)('a', 'b', 80_000, 64, 'sha512')),
  'zlib.deflate': () => {
    const data = randomBytes(4 << 20);
    return times(8, () => promisify(deflate)(data));
  },
  sharp: async () => {
    const sharp = own('sharp');
    const create = { width: 2_500, height: 2_500, channels: 3, background: '#456' };
    await times(3, () => sharp({ create }).blur(9).jpeg().toBuffer());
  },
  bcrypt: () => times(6, () => require('bcrypt').hash('secret', 10)),
  argon2: () => times(6, () => require('argon2').hash('secret')),
  '@node-rs/bcrypt': () => times(6, () => require('@node-rs/bcrypt').hash('secret')),
  snappy: () => {
    const data = Buffer.from(randomBytes(8 << 20).toString('base64'));
    return times(24, () => require('snappy').compress(data));
  },
  'classic-level': async () => {
    const { ClassicLevel } = require('classic-level');
    const folder = await mkdtemp(join(tmpdir(), 'stageprof-pool-'));
    const level = new ClassicLevel(folder);
    const value = randomBytes(2_000).toString('base64');
    await times(4, (part) =>
      level.batch(Array.from({ length: 5_000 }, (_, key) => ({ type: 'put', key: `${part} ${key}`, value }))),
    );
    await level.close();
    await rm(folder, { recursive: true });
  },
  '@duckdb/node-api': async () => {
    const { DuckDBInstance } = require('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run('SET threads = 4');
    await connection.run(
      'SELECT count(*), sum(sqrt(x)) FROM (SELECT (a.range * 7919 + b.range) % 100003 AS x FROM range(6000) a, range(6000) b)',
    );
  },
};
