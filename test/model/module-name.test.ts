import { expect, test } from 'vitest';
import { installedName, moduleName } from '../../src/model/module-name.js';

test.each([
  ['within a package: its path there', '/x/node_modules/duckdb/lib/duckdb.node', 'duckdb/lib/duckdb.node'],
  ['in a package of a package: from the inner one', '/x/node_modules/a/node_modules/b/b.node', 'b/b.node'],
  ['by a path with `..`: where it leads', '/x/node_modules/@i/a/lib/../../b/lib/v.so', '@i/b/lib/v.so'],
  ['with a version, in a package: its path there', '/x/node_modules/@i/v/lib/v.so.8.18.7', '@i/v/lib/v.so.8.18.7'],
  ['that is the program: its name, also in a package', '/x/node_modules/node/bin/node', 'node'],
  ['of the system: the name of its file', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'libc.so.6'],
  ['a name in parentheses: that', '(unknown)', '(unknown)'],
  ['not known yet: said to be so', '', '(unknown)'],
])('a module %s', (_, path, name) => {
  expect(moduleName(path)).toBe(name);
});

test.each([
  ['@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node', '@swc/core'],
  ['@napi-rs/snappy-linuxmusl-arm64/snappy.node', '@napi-rs/snappy'],
  ['@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7', '@img/sharp-libvips (libvips-cpp.so.8.18.7)'],
  ['lmdb/build/Release/lmdb.node', 'lmdb'],
  ['linux-x64/build/a.node', 'linux-x64'],
  ['libc.so.6', 'libc.so.6'],
  ['node', 'node'],
  ['@odd', '@odd'],
])('%s was installed as %s', (module, name) => {
  expect(installedName(module)).toBe(name);
});
