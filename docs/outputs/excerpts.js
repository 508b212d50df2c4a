/** Parts of what a command has printed. */

/** Without the notes of these keys. @param {string} text @param {readonly string[]} keys */
export function without(text, keys) {
  let isLeftOut = false;
  const lines = text.split('\n').filter((line) => {
    if (!/^\s{8}/.test(line)) isLeftOut = keys.some((key) => line.startsWith(`${key} `));
    return !isLeftOut;
  });
  return lines.join('\n').trim();
}

/** The lines from the one that matches to the next that is empty. @param {string} text @param {RegExp} begin */
export function blockFrom(text, begin) {
  return text.slice(text.search(begin)).split('\n\n', 1)[0]?.trimEnd() ?? '';
}
