/** Codes of the characters of JSON that a scanner looks for. */
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const COLON = 0x3a;
export const ARRAY_BEGIN = 0x5b;
export const BACKSLASH = 0x5c;
export const ARRAY_END = 0x5d;
export const OBJECT_BEGIN = 0x7b;
export const OBJECT_END = 0x7d;
