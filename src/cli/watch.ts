import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import { EXIT_DONE } from '../os/exit-status.js';
import { findRecorder } from '../recorder/find.js';
import { type Postmortem, postmortemOf } from '../recorder/postmortem.js';
import { postmortemPage } from '../recorder/postmortem-page.js';
import type { Recording } from '../recorder/reader.js';
import { tableOptions } from '../terminal/terminal.js';
import { numberWithin } from './number-flags.js';
import { processNamed, readRecordingAt, recorderOfProcess } from './open-recording.js';

interface WatchFlags {
  readonly interval: number;
}

const HELP = `
Node processes under "stageprof run" and workers of "stageprof map --profile" have a recorder, and
others where their StageProfiler has the option "recorder". It is read from outside: the process
does nothing for it. A worker has a recorder for each input, and is followed from one to the next;
of "run" and "map" themselves a message names the processes that have one. On a terminal the table
is refreshed in place, otherwise each block follows the one before. Ends when the process does, when
nobody reads it any more (watch 4711 | head -n 40), or with Ctrl-C.

Exit codes: 0 done, 2 usage, or no recorder that can be read.`;

/** Clears the terminal and goes to its first line. */
const CLEAR = '\x1b[H\x1b[2J';

const NEXT_WITHIN_MS = 1000;
const NEXT_POLL_MS = 20;

export function watchCommand(finish: (exitCode: number) => void): Command {
  return new Command('watch')
    .description('a live table of a running process, read from its recorder at no cost to it')
    .argument('<pid or file>', 'the process, or its recorder')
    .addOption(
      new Option('--interval <seconds>', 'between two tables')
        .default(1)
        .argParser(numberWithin(0.1, 3600, 'of seconds')),
    )
    .addHelpText('after', HELP)
    .action(async (target: string, flags: WatchFlags) => finish(await watch(target, flags)));
}

async function watch(target: string, { interval }: WatchFlags): Promise<number> {
  // A reader that has gone, as in `watch 4711 | head`, or a full disk. Without this it would go on for nobody, and the
  // shell wait for it, until the process ends.
  let isLost = false;
  const lost = new Promise<void>((resolve) => {
    process.stdout.once('error', () => {
      isLost = true;
      resolve();
    });
  });
  const pid = processNamed(target);
  // Where there is none that is open, what a last look finds: the message, or one that was kept when it was closed.
  let path = pid === null ? target : ((await openRecorder(pid)) ?? recorderOfProcess(pid));
  let recording = pid === null ? readRecordingAt(path) : readUnlessRemoved(path);
  for (;;) {
    const found = recording === null ? null : postmortemOf(recording);
    if (found !== null) show(found);
    if (found !== null && isLive(found)) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, interval * 1000)), lost]);
    } else {
      // It is closed and then removed with its profiler: what was shown last was the end, unless there is a next one.
      const next = pid === null || found?.process.running === false ? null : await openRecorder(pid);
      if (next === null) return EXIT_DONE;
      path = next;
    }
    if (isLost) return EXIT_DONE;
    recording = readUnlessRemoved(path);
  }
}

function isLive({ process: { running, recorder } }: Postmortem): boolean {
  return running === true && recorder === 'open';
}

function readUnlessRemoved(path: string): Recording | null {
  try {
    return readRecordingAt(path);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
    throw error;
  }
}

/**
 * A worker of `map` has a recorder for each input, and none that is open for a moment between two. Null where none
 * comes within the time that a next input takes.
 */
async function openRecorder(pid: number): Promise<string | null> {
  for (let waitedMs = 0; waitedMs < NEXT_WITHIN_MS; waitedMs += NEXT_POLL_MS) {
    try {
      const path = findRecorder(pid);
      if (isLive(postmortemOf(readRecordingAt(path)))) return path;
    } catch {
      // Between two, or removed since it was found.
    }
    await new Promise((resolve) => setTimeout(resolve, NEXT_POLL_MS));
  }
  return null;
}

function show(found: Postmortem): void {
  const { stdout } = process;
  const page = postmortemPage(found, tableOptions(stdout), Date.now());
  if (!stdout.isTTY) {
    stdout.write(`${page}\n`);
    return;
  }
  // What does not fit would scroll the head away. A terminal that nobody looks at may have 0 rows.
  const { rows } = stdout;
  stdout.write(
    CLEAR +
      (rows > 1
        ? page
            .split('\n')
            .slice(0, rows - 1)
            .join('\n')
        : page),
  );
}
