/**
 * The hosts. What a row has:
 *
 * How the host is run
 * - `name`: unique
 * - `files`: contents of files in its working directory, by name
 * - `command`: `<world>` and `<tmp>` stand for its folders, `<deny>` for a program that `compiled` lists
 * - `map`: arguments of `stageprof map`, instead of a command
 * - `around`: a command that starts everything, the profiler too
 * - `env`, `stdin`; `runFlags`: flags of `run`; `limitS`: seconds after which it counts as hanging
 * - `ways`: how it is run besides alone; `['run']` by default
 *
 * What it does alone
 * - `exit`: its exit code or signal, 0 by default; a list has those of the lines of Node
 * - `stdout`: a text that it prints
 * - `until`: a file that appears after its end, and is waited for
 *
 * What the profiler must tell
 * - `stages`: by label the calls, or the calls, errors and open calls
 * - `mayLack`: labels that may be missing, but may not have other counts
 * - `mayTell`: labels that may have any count
 * - `report`: false if there may be none
 * - `says`: what `run` must say of the host
 * - `maySay`: true if `run` or `map` may report an error of the host
 *
 * What is compared
 * - `differs`: why the host cannot be the same under the profiler; then something must differ
 * - `mask`: a function that replaces what differs between any two runs
 * - `ignores`: paths that are not compared
 *
 * When it is left out
 * - `needs`, `packages`: what the machine must have and what is installed for it, see requirements.js
 * - `lines`: the lines of Node that it is for; all by default
 * - `ifNodeSurvives`: true if it is skipped where it does not end as expected even alone
 */
import { COUNTED } from './table/counted.js';
import { ENDINGS } from './table/endings.js';
import { FLAGS } from './table/flags.js';
import { INHERITED } from './table/inherited.js';
import { MAPS } from './table/maps.js';
import { PACKAGES } from './table/packages.js';
import { PROCESSES } from './table/processes.js';
import { REPLACED } from './table/replaced.js';
import { RESTRICTED } from './table/restricted.js';
import { RUNNERS } from './table/runners.js';
import { WORKERS } from './table/workers.js';

/** The hosts of `npm test`: some of every kind, which need neither packages nor root. */
const BRIEF = [
  'counts: asynchronous resources',
  'counts: identities of results',
  'counts: what it sees of its process',
  'ends: a handler of SIGTERM that exits',
  'ends: a walk of 1,000 levels',
  'ends: an await that never settles',
  'ends: an error in a stage',
  'ends: beforeExit that has more work',
  'ends: process.exit in an exit handler',
  'ends: process.exit within a stage',
  'ends: returns',
  'ends: SIGKILL to itself',
  'ends: SIGTERM to itself',
  'ends: stages in exit handlers',
  'flags: --disable-proto=throw',
  'flags: --frozen-intrinsics',
  'flags: --no-addons',
  'flags: NODE_OPTIONS with quotes',
  'map: freezes clocks and timers',
  'map: throws for one input',
  'processes: a cluster of a primary and 4 workers',
  'processes: a daemon that outlives it',
  'processes: fork without arguments of node',
  'replaces: all builtins by functions that throw, while stages run',
  'replaces: all functions of fs',
  'replaces: all globals by functions that throw, while a report is made',
  'replaces: all prototypes by functions that throw, while stages run',
  'replaces: clocks that stand still',
  'replaces: members of all objects, by values',
  'replaces: nothing, but freezes all objects',
  'replaces: nothing, but counts the files that are opened',
  'replaces: performance, Buffer and process.hrtime',
  'restricted: 0<&- 2>&- for the profiler too',
  'restricted: all of 0, 1, 2 closed',
  'restricted: getrusage fails with EPERM',
  'restricted: a program that closes all descriptors of files and opens others',
  'restricted: a TMPDIR that does not exist',
  'workers: process.exit within a stage',
];

export const HOSTS = [
  ...ENDINGS,
  ...REPLACED,
  ...COUNTED,
  ...FLAGS,
  ...PROCESSES,
  ...INHERITED,
  ...WORKERS,
  ...MAPS,
  ...RESTRICTED,
  ...RUNNERS,
  ...PACKAGES,
];

export const BRIEF_HOSTS = BRIEF.map((name) => HOSTS.find((host) => host.name === name));
