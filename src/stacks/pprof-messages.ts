import type { MessageShape } from './pprof-wire.js';

/**
 * The fields of `profile.proto` (github.com/google/pprof, `proto/`) that are read, and how many of each there may be. The
 * limits are far above the counts of real files. They bound the memory that one file can make the reader use.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */

/** The fields of the outermost message. */
export const SAMPLE_TYPE = 1;
export const SAMPLE = 2;
export const MAPPING = 3;
export const LOCATION = 4;
export const FUNCTION = 5;
export const STRING = 6;
export const COMMENT = 13;

/** Samples have no limit, because they are read one by one and added up. */
export const MOST = {
  sampleTypes: 64,
  mappings: 2 ** 16,
  locations: 2 ** 18,
  functions: 2 ** 18,
  strings: 2 ** 20,
  comments: 2 ** 16,
} as const;

export const VALUE_TYPE_SHAPE: MessageShape = { 1: 'number', 2: 'number' };

const LABEL_SHAPE: MessageShape = { 1: 'number', 2: 'number', 3: 'number', 4: 'number' };

export const SAMPLE_SHAPE: MessageShape = {
  1: { numbers: 4096 },
  2: { numbers: MOST.sampleTypes },
  3: { messages: 64, of: LABEL_SHAPE },
};

export const MAPPING_SHAPE: MessageShape = {
  1: 'number',
  2: 'number',
  3: 'number',
  4: 'number',
  5: 'number',
  6: 'number',
  7: 'number',
  8: 'number',
  9: 'number',
  10: 'number',
};

const LINE_SHAPE: MessageShape = { 1: 'number', 2: 'number', 3: 'number' };

export const LOCATION_SHAPE: MessageShape = {
  1: 'number',
  2: 'number',
  3: 'number',
  4: { messages: 256, of: LINE_SHAPE },
  5: 'number',
};

export const FUNCTION_SHAPE: MessageShape = { 1: 'number', 2: 'number', 3: 'number', 4: 'number', 5: 'number' };
