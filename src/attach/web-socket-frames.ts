import { randomBytes } from 'node:crypto';

/**
 * The frames of a WebSocket, as RFC 6455 describes them, as far as a client needs them. Node has a client of its own from 22 on
 * only, and all that talks to the inspector is text in one direction after the other: a package would bring more code than this,
 * into the install of everybody who profiles.
 */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FINAL = 0x80;
const MASKED = 0x80;
const OPCODE_BITS = 0x0f;
const LENGTH_BITS = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;

/** No answer of an inspector has as much. */
const MOST_BYTES = 2 ** 30;

/** A frame that is not split. Those of a client have to be masked. */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer = randomBytes(MASK_BYTES)): Buffer {
  const { length } = payload;
  const head =
    length < LENGTH_16
      ? Buffer.from([FINAL | opcode, MASKED | length])
      : length < 2 ** 16
        ? Buffer.from([FINAL | opcode, MASKED | LENGTH_16, length >> 8, length & 0xff])
        : longHead(opcode, length);
  const masked = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index++) masked[index] = payload[index]! ^ mask[index % MASK_BYTES]!;
  return Buffer.concat([head, mask, masked]);
}

function longHead(opcode: number, length: number): Buffer {
  const head = Buffer.alloc(10);
  head[0] = FINAL | opcode;
  head[1] = MASKED | LENGTH_64;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

export interface Message {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Finds the messages in what a server sends, however it is cut into pieces. */
export class FrameReader {
  private pieces: Buffer[] = [];
  private length = 0;
  /** The parts of a message that is split into several frames. */
  private parts: Buffer[] = [];
  private partOpcode = 0;

  /** @throws {Error} where it is no frame of a server */
  push(piece: Buffer): Message[] {
    this.pieces.push(piece);
    this.length += piece.length;
    const messages: Message[] = [];
    for (let frame = this.next(); frame !== null; frame = this.next()) {
      const message = this.whole(frame);
      if (message !== null) messages.push(message);
    }
    return messages;
  }

  private next(): (Message & { readonly isFinal: boolean }) | null {
    const head = this.peek(10);
    if (head.length < 2) return null;
    if ((head[1]! & MASKED) !== 0 || (head[0]! & 0x70) !== 0)
      throw new Error('it does not speak the WebSocket protocol');
    const short = head[1]! & LENGTH_BITS;
    const lengthBytes = short === LENGTH_64 ? 8 : short === LENGTH_16 ? 2 : 0;
    const start = 2 + lengthBytes;
    if (head.length < start) return null;
    const bytes =
      short === LENGTH_64 ? Number(head.readBigUInt64BE(2)) : short === LENGTH_16 ? head.readUInt16BE(2) : short;
    if (bytes > MOST_BYTES) throw new Error('it has sent a message that is too large');
    if (this.length < start + bytes) return null;
    const frame = this.take(start + bytes);
    return { opcode: head[0]! & OPCODE_BITS, isFinal: (head[0]! & FINAL) !== 0, payload: frame.subarray(start) };
  }

  private whole({ opcode, isFinal, payload }: Message & { readonly isFinal: boolean }): Message | null {
    // Those about the connection may come between the parts of a message, and are never split.
    if (opcode >= OPCODE.close) return { opcode, payload };
    if (opcode !== OPCODE.continuation) {
      if (isFinal) return { opcode, payload };
      this.partOpcode = opcode;
      this.parts = [];
    }
    this.parts.push(payload);
    if (!isFinal) return null;
    const message = { opcode: this.partOpcode, payload: Buffer.concat(this.parts) };
    this.parts = [];
    return message;
  }

  private peek(bytes: number): Buffer {
    const first = this.pieces[0] ?? Buffer.alloc(0);
    return first.length >= bytes ? first : Buffer.concat(this.pieces.slice(0, bytes + 1)).subarray(0, bytes);
  }

  /** Pieces are put together once a frame is there: a large message comes in thousands of them. */
  private take(bytes: number): Buffer {
    const all = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
    this.length = all.length - bytes;
    this.pieces = this.length === 0 ? [] : [all.subarray(bytes)];
    return all.subarray(0, bytes);
  }
}
