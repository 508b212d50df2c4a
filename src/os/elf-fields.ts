/** Numbers in bytes of an ELF file, in its class and byte order. */
export class ElfFields {
  private readonly view: DataView;

  constructor(
    bytes: Buffer,
    private readonly is64: boolean,
    private readonly isLittle: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(at: number): number {
    return this.view.getUint8(at);
  }

  half(at: number): number {
    return this.view.getUint16(at, this.isLittle);
  }

  word(at: number): number {
    return this.view.getUint32(at, this.isLittle);
  }

  /** An address, offset or size. One from 2^53 on is rounded, and is as large as before. */
  address(at: number): number {
    if (!this.is64) return this.word(at);
    const first = this.word(at);
    const second = this.word(at + 4);
    return this.isLittle ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  }
}
