/**
 * The hosts. A row has
 * - `name`, unique; `files` of its working directory by name; `command`, where `<world>` and `<tmp>` are its folders and
 *   `<deny>` a program of `compiled`; `env`; `stdin`; `around`: a command before that of the profiler too;
 * - `exit`: code or signal it ends by alone (0), of several the one of this Node; `stdout`: a text it then has; `until`: a file to wait for afterwards;
 * - `stages`: what the report has to tell, label to calls, or to calls, errors and open calls; `mayLack`: labels that may
 *   be missing, but not be wrong; `mayTell`: labels of any number of calls; `report: false` where nothing can be told;
 *   `says`: what `run` has to say of it; `differs`: why it cannot be the same, and then has to differ;
 *   `maySay`: an error that `run` or `map` tells of is the host's;
 * - `ways` besides alone (`['run']`); `map`: arguments of `stageprof map` in place of a command;
 * - `needs` and `packages`: what is installed or has to be there, see requirements.js; `lines` of Node, all where it has none;
 * - `mask`: makes what no two runs have in common the same; `ignores`: paths that are not compared;
 *   `ifNodeSurvives`: passed over where the host alone does not end as expected; `npm test` has those of BRIEF.
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

/** Those that `npm test` has: of every kind some, that need neither packages nor root. */
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
  'replaces: nothing, but all that there is is frozen',
  'replaces: nothing, but counts what is opened',
  'replaces: performance, Buffer and process.hrtime',
  'restricted: 0<&- 2>&- for the profiler too',
  'restricted: all of 0, 1, 2 closed',
  'restricted: getrusage fails with EPERM',
  'restricted: it closes all descriptors of files and opens others',
  'restricted: no TMPDIR that is there',
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
