import { MARK_BYTES } from './byte-order-mark.js';
import { SPACE } from './json-codes.js';
import { NEWLINE } from './json-scanner.js';

/** Where so many bytes do not show an indented object, the file is taken for lines of records. */
const HEAD_BYTES = 4096;

/** The bytes of a byte order mark, read as Latin-1. */
const MARK = `(?:${MARK_BYTES.toString('latin1')})?`;
const INDENTED = new RegExp(`^${MARK}\\s*\\{[ \\t\\r]*\\n\\s*(\\S)`);
const MAY_BE_INDENTED = new RegExp(`^${MARK}\\s*(?:\\{[ \\t\\r]*(?:\\n\\s*)?)?$`);

/**
 * Puts a JSON object that is written over several lines, such as an indented report, on one line: each newline becomes
 * a blank. Records of one line each pass as they are. Only an indented object begins with a bracket alone on its line
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
