import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { systemReason } from '../model/setup-error.js';
import { UsageError } from '../model/usage-error.js';
import { type DistinctInputs, distinctInputs, lineOutsideUtf8, parseInputList } from './inputs.js';

/**
 * The inputs of the command line, then those of the list.
 *
 * @throws {UsageError} where there is none, or the list cannot be read
 */
export async function readInputs(given: readonly string[], listPath: string | undefined): Promise<DistinctInputs> {
  const listed = listPath === undefined ? [] : parseInputList(await readList(listPath));
  const inputs = [...given, ...listed];
  if (inputs.length > 0) return distinctInputs(inputs);
  if (listPath === undefined)
    throw new UsageError('no inputs: give them behind the pipeline module or in --input-list FILE');
  throw new UsageError(`--input-list ${listPath}: holds no inputs, write one a line`);
}

async function readList(path: string): Promise<string> {
  let line: number | undefined;
  try {
    const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path);
    line = lineOutsideUtf8(bytes);
    if (line === undefined) return bytes.toString('utf8');
  } catch (error) {
    throw new UsageError(`--input-list ${path}: cannot be read, ${systemReason(error)}`);
  }
  throw new UsageError(`--input-list ${path}: line ${line} is not UTF-8, write the list in it`);
}
