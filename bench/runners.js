import { runRounds } from './rounds.js';
import { runTurns } from './turns.js';

/** How the contenders of a kind take turns. */
export const RUNNERS = {
  time: runRounds,
  growth: runRounds,
  process: runRounds,
  overhead: runTurns,
  thread: runRounds,
  pace: runRounds,
  truth: runRounds,
  work: runRounds,
  pause: runRounds,
};
