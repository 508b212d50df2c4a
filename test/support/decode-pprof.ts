import { gunzipSync } from 'node:zlib';

// A reader of pprof that shares nothing with the package. It follows the encoding of Protocol Buffers and the fields of
// github.com/google/pprof/proto/profile.proto.

type Value = bigint | Buffer;
type Message = Map<number, Value[]>;

function decodeMessage(bytes: Buffer): Message {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const message: Message = new Map();
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    let value: Value;
    if ((tag & 7) === 0) value = varint();
    else if ((tag & 7) === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw new Error(`field ${field} is cut`);
      value = bytes.subarray(at, at + length);
      at += length;
    } else throw new Error(`wire type ${tag & 7}`);
    message.set(field, [...(message.get(field) ?? []), value]);
  }
  return message;
}

const numberIn = (message: Message, field: number): number =>
  Number(BigInt.asIntN(64, (message.get(field)?.at(-1) as bigint | undefined) ?? 0n));

const messagesIn = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((value) => decodeMessage(value as Buffer));

function packedIn(message: Message, field: number): number[] {
  return (message.get(field) ?? []).flatMap((value) => {
    const numbers: number[] = [];
    let [number, shift] = [0n, 0n];
    for (const byte of value as Buffer) {
      number |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte >= 0x80) continue;
      numbers.push(Number(BigInt.asIntN(64, number)));
      [number, shift] = [0n, 0n];
    }
    return numbers;
  });
}

/** A profile with texts in place of their indices, and functions and mappings in place of their ids. */
export function decodePprof(file: Uint8Array) {
  const profile = decodeMessage(gunzipSync(file));
  const strings = (profile.get(6) ?? []).map((value) => (value as Buffer).toString('utf8'));
  const text = (message: Message, field: number): string => strings[numberIn(message, field)]!;
  const byId = <T>(field: number, read: (message: Message) => T): Map<number, T> =>
    new Map(messagesIn(profile, field).map((message) => [numberIn(message, 1), read(message)]));

  const mappings = byId(3, (mapping) => ({
    start: numberIn(mapping, 2),
    limit: numberIn(mapping, 3),
    fileOffset: numberIn(mapping, 4),
    filename: text(mapping, 5),
    buildId: text(mapping, 6),
  }));
  const functions = byId(5, (fn) => ({
    name: text(fn, 2),
    systemName: text(fn, 3),
    filename: text(fn, 4),
    startLine: numberIn(fn, 5),
  }));
  const locations = byId(4, (location) => ({
    mapping: mappings.get(numberIn(location, 2)) ?? null,
    address: numberIn(location, 3),
    lines: messagesIn(location, 4).map((line) => ({
      ...functions.get(numberIn(line, 1))!,
      line: numberIn(line, 2),
      column: numberIn(line, 3),
    })),
  }));
  return {
    firstString: strings[0],
    sampleTypes: messagesIn(profile, 1).map((type) => `${text(type, 1)}/${text(type, 2)}`),
    defaultSampleType: text(profile, 14),
    comments: packedIn(profile, 13).map((index) => strings[index]),
    counts: { mappings: mappings.size, functions: functions.size, locations: locations.size },
    samples: messagesIn(profile, 2).map((sample) => ({
      locations: packedIn(sample, 1).map((id) => locations.get(id)!),
      values: packedIn(sample, 2),
      labels: messagesIn(sample, 3).map((label) => [text(label, 1), text(label, 2)]),
    })),
  };
}
