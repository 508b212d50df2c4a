import { SPACE } from './json-codes.js';
import { NEWLINE } from './json-scanner.js';

/** So much of a file may be blanks before it is taken for what it seems. */
const HEAD_BYTES = 4096;

/** Bytes of a byte order mark, read as Latin-1. */
const MARK = '(?:\\xef\\xbb\\xbf)?';
const INDENTED = new RegExp(`^${MARK}\\s*\\{[ \\t\\r]*\\n\\s*(\\S)`);
const MAY_BE_INDENTED = new RegExp(`^${MARK}\\s*(?:\\{[ \\t\\r]*(?:\\n\\s*)?)?$`);

/**
 * What is one JSON object written over several lines, such as a report that was indented, as one line: a newline can
 * only be a blank in it. Records, a line each, pass as they are: none of them begins with a bracket alone on its line
 * and goes on with a key.
 */
export async function* onOneLine(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let isIndented: boolean | undefined;
  for await (const piece of pieces) {
    let next = piece;
    if (isIndented === undefined) {
      head = Buffer.concat([head, piece]);
      isIndented = isIndentedObject(head);
      if (isIndented === undefined) continue;
      next = head;
    }
    if (isIndented) for (let at = next.indexOf(NEWLINE); at >= 0; at = next.indexOf(NEWLINE, at)) next[at] = SPACE;
    yield next;
  }
  if (isIndented === undefined && head.length > 0) yield head;
}

/** Undefined where more has to be read to tell. */
function isIndentedObject(head: Buffer): boolean | undefined {
  const text = head.toString('latin1', 0, HEAD_BYTES);
  const [, first] = INDENTED.exec(text) ?? [];
  if (first !== undefined) return first === '"';
  return text.length < HEAD_BYTES && MAY_BE_INDENTED.test(text) ? undefined : false;
}
