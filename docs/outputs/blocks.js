/** Blocks of a page that show an output: their language is `text`, and behind it stands the name of the output. */

/** @param {string} name */
const blockOf = (name) => new RegExp(`(^\`\`\`text ${name}\\n)(.*?)(^\`\`\`$)`, 'ms');

/** @param {string} page @param {string} name @returns {string} without the last newline */
export function shownIn(page, name) {
  const text = blockOf(name).exec(page)?.[2];
  if (text === undefined) throw new Error(`no block of \`\`\`text ${name}`);
  return text.trimEnd();
}

/** @param {string} page @param {string} name @param {string} text */
export function withBlock(page, name, text) {
  shownIn(page, name);
  return page.replace(blockOf(name), (_, begin, __, end) => `${begin}${text}\n${end}`);
}

/** The names of all blocks. @param {string} page */
export function blocksIn(page) {
  return [...page.matchAll(/^```text (\S+)$/gm)].map(([, name]) => /** @type {string} */ (name));
}
