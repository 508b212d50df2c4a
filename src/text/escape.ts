/**
 * Everything that a terminal acts on or hides: C0 and C1 controls (escape sequences begin with one), bidirectional
 * overrides and other format characters, line and paragraph separators, lone surrogates. The two joiners are format
 * characters too, but some scripts and emoji need them, and they move nothing.
 */
const UNPRINTABLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `text` on one line, with control characters shown as `\n`, `\x1b` or `\u202e`. Labels come from programs. */
export function escapeControls(text: string): string {
  return text.replace(UNPRINTABLE, (char) => SHORT[char] ?? hex(char.codePointAt(0)!));
}

function hex(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}
