import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameReader, OPCODE } from '../../src/attach/web-socket-frames.js';

/** A frame of a server, as RFC 6455 writes it: without a mask. */
function serverFrame(opcode: number, payload: Buffer, isFinal = true): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  if (length < 65536) return Buffer.concat([Buffer.from([first, 126, length >>> 8, length & 255]), payload]);
  const head = Buffer.from([first, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 6);
  return Buffer.concat([head, payload]);
}

/** What a server reads of a frame of a client. */
function unmasked(frame: Buffer): { opcode: number; payload: Buffer } {
  expect(frame[1]! & 0x80).toBe(0x80);
  const short = frame[1]! & 0x7f;
  const [bytes, at] =
    short === 126 ? [frame.readUInt16BE(2), 4] : short === 127 ? [Number(frame.readBigUInt64BE(2)), 10] : [short, 2];
  const mask = frame.subarray(at, at + 4);
  const payload = frame.subarray(at + 4).map((byte, index) => byte ^ mask[index % 4]!);
  expect(payload.length).toBe(bytes);
  return { opcode: frame[0]! & 0x0f, payload: Buffer.from(payload) };
}

test.each([0, 1, 125, 126, 127, 65535, 65536, 70001])(
  'a frame of %i bytes is written masked, and read whole',
  (length) => {
    const payload = Buffer.alloc(length, 'frame');
    expect(unmasked(encodeFrame(OPCODE.text, payload))).toEqual({ opcode: OPCODE.text, payload });
    expect(new FrameReader().push(serverFrame(OPCODE.text, payload))).toEqual([{ opcode: OPCODE.text, payload }]);
  },
);

test('the mask is another one for each frame', () => {
  const masks = new Set(
    Array.from({ length: 20 }, () => encodeFrame(OPCODE.text, Buffer.from('a')).toString('hex', 2, 6)),
  );
  expect(masks.size).toBeGreaterThan(15);
});

test('messages are the same however they are cut, split into frames, and mixed with pings', () => {
  const message = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(message, fc.nat(3)), { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      (messages, cut) => {
        const stream = Buffer.concat(
          messages.flatMap(([payload, splits]) => {
            const size = Math.ceil(payload.length / (splits + 1));
            const parts = Array.from({ length: splits + 1 }, (_, at) => payload.subarray(at * size, (at + 1) * size));
            return parts.flatMap((part, at) => [
              serverFrame(at === 0 ? OPCODE.text : OPCODE.continuation, part, at === splits),
              serverFrame(OPCODE.ping, Buffer.from([at])),
            ]);
          }),
        );
        const reader = new FrameReader();
        const read: Buffer[] = [];
        for (let at = 0; at < stream.length; at += cut) {
          for (const { opcode, payload } of reader.push(stream.subarray(at, at + cut))) {
            if (opcode === OPCODE.text) read.push(Buffer.from(payload));
          }
        }
        expect(read).toEqual(messages.map(([payload]) => payload));
      },
    ),
  );
});

describe('what is no frame of a server is refused', () => {
  test('one that is masked', () => {
    expect(() => new FrameReader().push(encodeFrame(OPCODE.text, Buffer.from('a')))).toThrow('WebSocket');
  });

  test('one of another protocol', () => {
    expect(() => new FrameReader().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow('WebSocket');
  });

  test('one that is larger than any answer', () => {
    const head = Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(() => new FrameReader().push(head)).toThrow('too large');
  });
});
