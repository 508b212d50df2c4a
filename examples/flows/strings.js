// @ts-check

/** @type {Uint8Array} 1 at each byte that GNU `strings` takes for printable: ASCII's graphic characters, space and tab. */
const PRINTABLE = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x09 || (byte >= 0x20 && byte <= 0x7e) ? 1 : 0,
);

// A word of name characters, matched as a whole or not at all. The look-behind makes every position inside a word
// fail at once. Without it, a megabyte of base64 would be searched again from each of its characters.
const WORD = /(?<![\w@+.-])[\w@+.-]{3,128}(?![\w@+.-])/g;
const FILE_NAME = /^[\w@+-][\w@+.-]*\.[\w@+-]+$/;
const URL_TEXT = /https?:\/\/[^\s"'`<>()[\]{}\\|^,;]{1,512}/g;

// A binary of 100 MB contains hundreds of thousands of words with a dot. In practice the package's own file names are
// among the first, and a limit keeps the memory of a corpus run constant.
const MAX_NAMES = 20_000;
const MAX_URLS = 1_000;

/**
 * What a file's printable text says about other files.
 *
 * @typedef {object} TextFacts
 * @property {number} count printable strings in the file
 * @property {Set<string>} names words that have the form of a file name, at most 20,000
 * @property {Set<string>} urls http and https addresses, at most 1,000
 */

/**
 * The runs of printable ASCII, as `strings -a -n <minLength>` prints them.
 *
 * @param {Uint8Array} bytes
 * @param {number} [minLength]
 * @returns {Generator<string, void, void>}
 */
export function* printableStrings(bytes, minLength = 6) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (PRINTABLE[text[i]] === 1) continue;
    if (i - start >= minLength) yield text.toString('latin1', start, i);
    start = i + 1;
  }
  if (text.length - start >= minLength) yield text.toString('latin1', start, text.length);
}

/**
 * @param {Uint8Array} bytes
 * @returns {TextFacts}
 */
export function readText(bytes) {
  /** @type {TextFacts} */
  const facts = { count: 0, names: new Set(), urls: new Set() };
  for (const string of printableStrings(bytes)) {
    facts.count++;
    if (string.includes('.')) collectNames(string, facts.names);
    if (string.includes('://')) collectUrls(string, facts.urls);
  }
  return facts;
}

/**
 * @param {string} string
 * @param {Set<string>} names
 */
function collectNames(string, names) {
  if (names.size >= MAX_NAMES) return;
  for (const [word] of string.matchAll(WORD)) {
    const name = word.replace(/\.+$/, '');
    if (FILE_NAME.test(name)) names.add(name);
    if (names.size >= MAX_NAMES) return;
  }
}

/**
 * @param {string} string
 * @param {Set<string>} urls
 */
function collectUrls(string, urls) {
  for (const [url] of string.matchAll(URL_TEXT)) {
    if (urls.size >= MAX_URLS) return;
    urls.add(url);
  }
}
