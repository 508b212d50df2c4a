import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** The files of the package that a command line has loaded, as V8 lists them for a coverage. */
async function loadedBy(args: readonly string[]) {
  const folder = temporaryFolder();
  const { exitCode, stdout } = await runCli(args, { env: { NODE_V8_COVERAGE: folder } });
  const files = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => url.split('/dist/')[1] ?? []);
  });
  const roomOf = (file: string) => file.split('/')[0]!;
  const commands = files.filter((file) => roomOf(file) === 'cli').map((file) => basename(file, '.js'));
  return { exitCode, stdout, commands, rooms: new Set(files.map(roomOf)) };
}

const COMMANDS = [
  'run',
  'map',
  'summarize',
  'compare',
  'reconcile',
  'watch',
  'postmortem',
  'flame',
  'doctor',
  'completion',
];

const commandsIn = (names: readonly string[]) => names.filter((name) => COMMANDS.includes(name));

/** The rooms of one command each, but for `run`. What `compare` and `summarize` render is also in the table of exporters. */
const ROOMS = ['corpus', 'summary', 'compare', 'reconcile', 'records', 'flame', 'doctor', 'completion'];

test.each(['--version', '-V'])('%s loads no command', async (flag) => {
  const { exitCode, stdout, commands, rooms } = await loadedBy([flag]);
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  expect(commands).toEqual(['main']);
  expect(['findings', 'render', 'run', ...ROOMS].filter((room) => rooms.has(room))).toEqual([]);
});

test('run loads nothing of another command', async () => {
  const { exitCode, commands, rooms } = await loadedBy(['run', '--', 'true']);
  expect([exitCode, commandsIn(commands)]).toEqual([0, ['run']]);
  expect(ROOMS.filter((room) => rooms.has(room))).toEqual([]);
});

// The script that `completion` writes has the words of all commands.
test.each(COMMANDS.filter((name) => name !== 'completion'))('%s loads no other command', async (name) => {
  const { exitCode, commands } = await loadedBy([name, '--help']);
  expect([exitCode, commandsIn(commands)]).toEqual([0, [name]]);
});

test('--help loads all commands, so that one would be seen above', async () => {
  const { commands } = await loadedBy(['--help']);
  expect(commandsIn(commands).sort()).toEqual([...COMMANDS].sort());
});
