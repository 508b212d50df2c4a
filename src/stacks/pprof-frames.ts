import type { FrameInput } from './frame.js';
import { IdTable } from './id-table.js';
import { type Marks, readMarks } from './pprof-marks.js';
import { FUNCTION, FUNCTION_SHAPE, LOCATION, LOCATION_SHAPE, MAPPING, MAPPING_SHAPE, MOST } from './pprof-messages.js';
import { type Numeric, wordOf } from './pprof-numbers.js';
import { checkMessage, contentsOf } from './pprof-wire.js';
import type { StackProfile } from './stack-profile.js';
import { damaged } from './stacks-file-error.js';

type Format = typeof import('pprof-format');

/** What a frame takes from its function in the file. */
type Named = Pick<FrameInput, 'name' | 'file' | 'startLine'> & Marks;
type Mapped = Pick<FrameInput, 'module' | 'buildId'> & { readonly isAtZero: boolean };

const NO_MAPPING: Mapped = { isAtZero: true };

/** The file that is read, and where its frames go. */
export interface FrameSource {
  readonly bytes: Uint8Array;
  readonly format: Format;
  readonly profile: StackProfile;
  /** A text by its index in the file. */
  readonly text: (index: Numeric) => string;
  /** Whether this package wrote the file. Only then are system names marks. */
  readonly isOurs: boolean;
  /** See `KeyTable`. */
  readonly seed: number;
}

/**
 * Reads the locations of a file. Each is several frames where functions were inlined.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 *
 * @returns by the id of each location, the ids of its frames in the profile, the innermost first
 */
export function readFrames(source: FrameSource): IdTable<readonly number[]> {
  const { bytes, format, profile } = source;
  const mappings = readMappings(source);
  const functions = readFunctions(source);
  const locations = new IdTable<readonly number[]>(source.seed);
  for (const content of contentsOf(bytes, LOCATION, 'locations', MOST.locations)) {
    checkMessage(content, LOCATION_SHAPE, 'a location');
    const location = format.Location.decode(content);
    const mapped = location.mappingId ? mappings.get(location.mappingId) : NO_MAPPING;
    if (mapped === undefined) throw damaged(`there is no mapping ${location.mappingId}`);
    const { isAtZero, ...module } = mapped;
    const address = Number(location.address);
    // The address at which a module was loaded in some process says nothing about the module.
    const position = { ...module, offset: isAtZero && Number.isSafeInteger(address) ? address : 0 };
    const outermost = location.line.length - 1;
    const frames = location.line.map(({ functionId, line, column }, index) => {
      const named = functions.get(functionId);
      if (named === undefined) throw damaged(`there is no function ${functionId}`);
      const where = {
        line: wordOf(line, 'the line of a location'),
        column: wordOf(column, 'the column of a location'),
      };
      return profile.frames.intern({ ...named, ...position, ...where, inlined: named.inlined || index < outermost });
    });
    if (frames.length === 0) frames.push(profile.frames.intern({ kind: 'unknown', ...position }));
    enter(locations, location.id, frames, 'location');
  }
  return locations;
}

function readMappings({ bytes, format, text, seed }: FrameSource): IdTable<Mapped> {
  const mappings = new IdTable<Mapped>(seed);
  for (const content of contentsOf(bytes, MAPPING, 'mappings', MOST.mappings)) {
    checkMessage(content, MAPPING_SHAPE, 'a mapping');
    const { id, memoryStart, filename, buildId } = format.Mapping.decode(content);
    const mapped = { module: text(filename), buildId: text(buildId), isAtZero: Number(memoryStart) === 0 };
    enter(mappings, id, mapped, 'mapping');
  }
  return mappings;
}

function readFunctions({ bytes, format, text, isOurs, seed }: FrameSource): IdTable<Named> {
  const functions = new IdTable<Named>(seed);
  for (const content of contentsOf(bytes, FUNCTION, 'functions', MOST.functions)) {
    checkMessage(content, FUNCTION_SHAPE, 'a function');
    const { id, name, systemName, filename, startLine } = format.Function.decode(content);
    const marks = text(systemName);
    const named = {
      ...readMarks(isOurs ? marks : ''),
      name: text(name),
      file: text(filename),
      startLine: wordOf(startLine, 'the first line of a function'),
    };
    enter(functions, id, named, 'function');
  }
  return functions;
}

function enter<T>(table: IdTable<T>, id: Numeric, value: T, what: string): void {
  if (!id) throw damaged(`a ${what} has the id 0`);
  if (!table.add(id, value)) throw damaged(`${what} ${id} is there twice`);
}
