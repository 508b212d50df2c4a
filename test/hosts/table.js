/**
 * The hosts. A row has
 * - `name`, unique; `files` of its working directory by name; `command`, where `<world>` and `<tmp>` are its folders and
 *   `<deny>` a program of `compiled`; `env`; `stdin`; `around`: a command before that of the profiler too;
 * - `exit`: code or signal it ends by alone (0); `stdout`: a text it then has; `until`: a file to wait for afterwards;
 * - `stages`: what the report has to tell, label to calls, or to calls, errors and open calls; `mayLack`: labels that may
 *   be missing, but not be wrong; `mayTell`: labels of any number of calls; `report: false` where there can be none;
 *   `differs`: why it cannot be the same, and then has to differ;
 *   `maySay`: what the loader says is the host's doing;
 * - `ways` besides alone (`['run']`); `map`: arguments of `stageprof map` in place of a command;
 * - `needs` and `packages`: what is installed or has to be there, see requirements.js; `lines` of Node, all where it has none;
 * - `mask`: makes what no two runs have in common the same; `ignores`: paths that are not compared;
 *   `ifNodeSurvives`: passed over where the host alone does not end as expected; `slow`: not in `npm test`.
 */
import { COUNTED } from './table/counted.js';
import { ENDINGS } from './table/endings.js';
import { FLAGS } from './table/flags.js';
import { MAPS } from './table/maps.js';
import { PACKAGES } from './table/packages.js';
import { PROCESSES } from './table/processes.js';
import { REPLACED } from './table/replaced.js';
import { RESTRICTED } from './table/restricted.js';
import { WORKERS } from './table/workers.js';

export const HOSTS = [
  ...ENDINGS,
  ...REPLACED,
  ...COUNTED,
  ...FLAGS,
  ...PROCESSES,
  ...WORKERS,
  ...MAPS,
  ...RESTRICTED,
  ...PACKAGES,
];
