const MARK = '\ufeff';
/** The mark in UTF-8. */
export const MARK_BYTES = Buffer.from(MARK);

/** How many bytes of a UTF-8 file its byte order mark takes. */
export const MARK_LENGTH = MARK_BYTES.length;

/** Some editors and tools put a byte order mark before a file of UTF-8. The mark is not part of the content. */
export function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}

/** The same, for bytes that are not decoded yet. */
export function withoutMarkBytes(bytes: Buffer): Buffer {
  return MARK_BYTES.equals(bytes.subarray(0, MARK_LENGTH)) ? bytes.subarray(MARK_LENGTH) : bytes;
}
