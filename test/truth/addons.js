// The addons of the random programs, compiled into a folder.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../support/node-lines.js';

const programs = join(root, 'test', 'programs');

/** @returns {{ native: string, files: string }} paths of `test/programs/native-work` and of `mapped_file.cc`, compiled */
export function buildAddons(folder) {
  const native = join(programs, 'native-work');
  const sources = readdirSync(native).filter((name) => name.endsWith('.cc'));
  return {
    native: compile(
      join(folder, 'native-work.node'),
      sources.map((name) => join(native, name)),
    ),
    files: compile(join(folder, 'mapped-file.node'), [join(programs, 'truth', 'mapped_file.cc')]),
  };
}

function compile(output, sources) {
  const headers = join(dirname(realpathSync(process.execPath)), '..', 'include', 'node');
  if (!existsSync(join(headers, 'node_api.h'))) throw new Error(`Expected the headers of node in ${headers}`);
  // Without -fno-builtin the compiler leaves out a malloc whose block is only freed.
  const flags = ['-std=c++17', '-O1', '-fno-builtin', '-shared', '-fPIC', `-I${headers}`];
  const { error, status, stderr } = spawnSync('c++', [...flags, '-o', output, ...sources, '-lpthread'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`c++ does not build ${output}: ${error?.message ?? stderr}`);
  return output;
}
