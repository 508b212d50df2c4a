import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordScanner } from '../../src/records/record-scanner.js';
import { scanned } from '../support/scanned.js';

const MEMBERS = ['input', 'error', 'profile', 'group'];

/** The members as JSON.parse finds them. */
function parsed(text: string): { kind: string; found: object } {
  if (text.trim() === '') return { kind: 'blank', found: {} };
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return { kind: 'malformed', found: {} };
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return { kind: 'no object', found: {} };
  const found = Object.entries(record).filter(([name]) => MEMBERS.includes(name));
  return { kind: 'record', found: Object.fromEntries(found) };
}

function found(text: string) {
  const { kind, found } = scanned(text, new RecordScanner('group'));
  return { kind: kind === 'torn' ? 'malformed' : kind, found };
}

const key = fc.oneof(
  fc.constantFrom(...MEMBERS, '__proto__', 'constructor', 'profile ', 'Profile', 'x"profile', 'x\\"profile', ''),
  fc.string(),
);
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('"profile":{}', '}', '\\', '{"profile":[]}', { profile: { input: 'b' } }),
);
/** Keys written with escapes, so that only their meaning is `profile`. */
const escaped = (text: string) =>
  `"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
const member = fc
  .tuple(key, value, fc.boolean(), fc.constantFrom('', ' ', '\t \r'))
  .map(([name, content, isEscaped, blanks]) => {
    const written = isEscaped && name.length > 0 ? escaped(name) : JSON.stringify(name);
    return `${blanks}${written}${blanks}:${blanks}${JSON.stringify(content)}${blanks}`;
  });
const record = fc.array(member, { maxLength: 8 }).map((members) => `{${members.join(',')}}`);

describe('finds what JSON.parse finds', () => {
  test('in records with members of one name, escaped keys and blanks', () => {
    fc.assert(
      fc.property(record, (text) => {
        expect(found(text)).toEqual(parsed(text));
      }),
      { numRuns: 5000 },
    );
  });

  test('in records with a character changed', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.constantFrom(...'{}[],:"\\x1 \t\u0000'), (text, at, char) => {
        const index = at % text.length;
        const changed = text.slice(0, index) + char + text.slice(index + 1);
        expect(found(changed)).toEqual(parsed(changed));
      }),
      { numRuns: 10_000 },
    );
  });

  test.each([
    ['the last of several', '{"input":1,"input":2,"profile":{},"profile":null}'],
    ['none in a nested object', '{"meta":{"profile":{"a":1},"input":"x"}}'],
    ['none in a string', '{"text":"\\"profile\\":{}","input":"\\\\"}'],
    ['a key that ends like another', '{"x\\"profile":1}'],
    ['nothing in an empty object', '{}'],
    ['nothing in a blank line', ' \t\r'],
    ['numbers that only some write', '{"input":1e400,"error":-0}'],
    ['a record with a NUL', '{"input":"a\u0000"}'],
    ['two records in one line', '{"input":"a"}{"input":"b"}'],
    ['a record behind one that was torn', '{"input":"a","text":"ab{"input":"b","profile":{}}'],
    ['an array', '[{"input":"a"}]'],
    ['a text', '"input"'],
  ])('%s', (_, text) => {
    expect(found(text)).toEqual(parsed(text));
  });
});

describe('a report by itself', () => {
  test('is the profile of a record without an input', () => {
    const text = '{"schema":"stageprof/1","pid":1,"stages":[]}';
    expect(scanned(text)).toEqual({ kind: 'record', found: { profile: JSON.parse(text) } });
  });

  test('is found with the schema of another version too: the check of the report then says what is wrong', () => {
    expect(scanned(' {"pid":1, "schema" : "stageprof/99"} ').found).toEqual({
      profile: { pid: 1, schema: 'stageprof/99' },
    });
  });

  test.each([
    ['with a profile', '{"schema":"stageprof/1","profile":{"a":1}}', { profile: { a: 1 } }],
    ['whose profile is null', '{"schema":"stageprof/1","profile":null}', { profile: null }],
    ['of a schema of its own', '{"schema":"scan/1","input":"a"}', { input: 'a' }],
    ['whose schema is no text', '{"schema":{"a":1},"input":"a"}', { input: 'a' }],
    ['behind a report', '{"input":"a"}', { input: 'a' }],
  ])('is not a record %s', (_, text, expected) => {
    const scanner = new RecordScanner();
    scanned('{"schema":"stageprof/1"}', scanner);
    expect(scanned(text, scanner).found).toEqual(expected);
  });
});

test('a byte order mark before a record is passed over', () => {
  expect(scanned('\ufeff{"input":"a"}')).toEqual({ kind: 'record', found: { input: 'a' } });
});

test('bytes that are not UTF-8 are decoded as for JSON.parse', () => {
  const line = Buffer.from([...Buffer.from('{"input":"a'), 0xff, 0xc3, ...Buffer.from('"}')]);
  expect(scanned(line)).toEqual({ kind: 'record', found: JSON.parse(line.toString()) });
});

test.each(['{"input":"a","text":"abc', '{"input":"a"', '{', '{"input":"a","list":[1,2'])('%s is torn', (line) => {
  expect(scanned(line).kind).toBe('torn');
});
