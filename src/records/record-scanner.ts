import { MARK_BYTES, MARK_LENGTH } from './byte-order-mark.js';
import type { Bytes } from './bytes.js';
import { BACKSLASH, COMMA, OBJECT_BEGIN, OBJECT_END, QUOTE } from './json-codes.js';
import { MALFORMED, NEWLINE, skipBlanks, skipColon, skipString, skipValue } from './json-scanner.js';
import { ReportColumns } from './report-columns.js';
import { ReportScanner } from './report-scanner.js';

/** Where a member's value lies; `from` is -1 where the record has no such member. */
export interface Slice {
  from: number;
  end: number;
}

export type LineKind = 'record' | 'blank' | 'malformed' | 'no object' | 'torn';

/** How the `schema` of a report begins, of whatever version. */
const REPORT_SCHEMA = Buffer.from('"stageprof/');

/**
 * Finds the members of a record that are read. All others are checked against the grammar of JSON and passed over,
 * however large they are. Where several members have one name the last counts, as for `JSON.parse`. A report by itself,
 * as `run --out` writes it, is found as the profile of a record that has nothing else.
 */
export class RecordScanner {
  readonly columns = new ReportColumns();
  readonly report = new ReportScanner(this.columns);
  readonly input: Slice = { from: -1, end: -1 };
  readonly error: Slice = { from: -1, end: -1 };
  readonly profile: Slice = { from: -1, end: -1 };
  readonly #schema: Slice = { from: -1, end: -1 };
  /** The member that the records are grouped by. */
  readonly group: Slice = { from: -1, end: -1 };
  /** Whether `columns` hold the profile. Where they do not, it has to be parsed. */
  isProfileRead = false;

  readonly #inputKey = Buffer.from('input');
  readonly #errorKey = Buffer.from('error');
  readonly #profileKey = Buffer.from('profile');
  readonly #schemaKey = Buffer.from('schema');
  readonly #groupKey: Buffer | undefined;

  /** @param groupMember a member of the record, to be found as `group` */
  constructor(groupMember?: string) {
    this.#groupKey = groupMember === undefined ? undefined : Buffer.from(groupMember);
  }

  /** @param from start of a line that ends with a newline, with slack behind it */
  scan(text: Bytes, from: number): LineKind {
    const { bytes } = text;
    const start = skipBlanks(bytes, beginsWith(bytes, from, MARK_BYTES) ? from + MARK_LENGTH : from);
    if (bytes[start] === NEWLINE) return 'blank';
    for (const slice of [this.input, this.error, this.profile, this.group, this.#schema]) slice.from = slice.end = -1;
    this.isProfileRead = false;
    const isObject = bytes[start] === OBJECT_BEGIN;
    const end = isObject ? this.#scanMembers(text, start + 1) : skipValue(text, start);
    if (end === MALFORMED) return isObject && !isClosed(bytes, start) ? 'torn' : 'malformed';
    if (bytes[skipBlanks(bytes, end)] !== NEWLINE) return 'malformed';
    if (!isObject) return 'no object';
    if (this.profile.from < 0 && beginsWith(bytes, this.#schema.from, REPORT_SCHEMA))
      this.#takeReport(text, start, end);
    return 'record';
  }

  #takeReport(text: Bytes, from: number, end: number): void {
    setSlice(this.profile, from, end);
    this.isProfileRead = this.report.scan(text, from) === end;
  }

  /** @returns position behind the closing bracket */
  #scanMembers(text: Bytes, from: number): number {
    const { bytes } = text;
    let at = skipBlanks(bytes, from);
    if (bytes[at] === OBJECT_END) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return MALFORMED;
      const keyEnd = skipString(text, at);
      if (keyEnd === MALFORMED) return MALFORMED;
      const valueFrom = skipColon(bytes, keyEnd);
      if (valueFrom === MALFORMED) return MALFORMED;
      const valueEnd = this.#scanMember(text, at + 1, keyEnd - 1, valueFrom);
      if (valueEnd === MALFORMED) return MALFORMED;
      at = skipBlanks(bytes, valueEnd);
      if (bytes[at] === OBJECT_END) return at + 1;
      if (bytes[at] !== COMMA) return MALFORMED;
      at = skipBlanks(bytes, at + 1);
    }
  }

  #scanMember(text: Bytes, keyFrom: number, keyEnd: number, valueFrom: number): number {
    const { bytes } = text;
    const isProfile = isKey(bytes, keyFrom, keyEnd, this.#profileKey);
    let end = MALFORMED;
    if (isProfile) {
      end = this.report.scan(text, valueFrom);
      this.isProfileRead = end !== MALFORMED;
    }
    if (end === MALFORMED) end = skipValue(text, valueFrom);
    if (isProfile) setSlice(this.profile, valueFrom, end);
    else if (isKey(bytes, keyFrom, keyEnd, this.#inputKey)) setSlice(this.input, valueFrom, end);
    else if (isKey(bytes, keyFrom, keyEnd, this.#errorKey)) setSlice(this.error, valueFrom, end);
    else if (isKey(bytes, keyFrom, keyEnd, this.#schemaKey)) setSlice(this.#schema, valueFrom, end);
    if (this.#groupKey !== undefined && isKey(bytes, keyFrom, keyEnd, this.#groupKey))
      setSlice(this.group, valueFrom, end);
    return end;
  }
}

function setSlice(slice: Slice, from: number, end: number): void {
  slice.from = from;
  slice.end = end;
}

function beginsWith(bytes: Buffer, from: number, text: Buffer): boolean {
  return from >= 0 && text.every((byte, index) => bytes[from + index] === byte);
}

/** Whether the key between two quotes is this one, also where it is written with escapes. */
function isKey(bytes: Buffer, from: number, end: number, key: Buffer): boolean {
  if (end - from === key.length) {
    for (let index = 0; index < key.length; index++) if (bytes[from + index] !== key[index]) return false;
    return true;
  }
  // An escape is longer than what it stands for.
  if (end - from < key.length) return false;
  for (let at = from; at < end; at++) {
    if (bytes[at] === BACKSLASH) return JSON.parse(bytes.toString('utf8', from - 1, end + 1)) === key.toString();
  }
  return false;
}

/** Whether the line ends with a closing bracket, as a line that was cut off rarely does. */
function isClosed(bytes: Buffer, from: number): boolean {
  let last = bytes.indexOf(NEWLINE, from) - 1;
  while (last > from && (bytes[last] === 0x20 || bytes[last] === 0x09 || bytes[last] === 0x0d)) last--;
  return bytes[last] === OBJECT_END;
}
