// Sums of /proc/self/smaps, apart from the code that the product has for it.

/**
 * @param {string} text of smaps
 * @returns {{ rssKib: number, anonymousKib: number, codeKib: number, filesKib: number, sharedKib: number }} resident memory;
 *   `codeKib` is of files that are mapped to be executed, `filesKib` of the others
 */
export function sumsOf(text) {
  const mappings = mappingsOf(text);
  const executed = new Set(
    mappings.filter(({ flags, path }) => flags.includes('x') && path.startsWith('/')).map(({ path }) => path),
  );
  const sums = { rssKib: 0, anonymousKib: 0, codeKib: 0, filesKib: 0, sharedKib: 0 };
  for (const { path, rssKib, anonymousKib } of mappings) {
    sums.rssKib += rssKib;
    if (executed.has(path)) sums.codeKib += rssKib;
    else {
      sums.anonymousKib += anonymousKib;
      const shared = path.startsWith('/dev/shm') || path.startsWith('/memfd:') || path.startsWith('/dev/zero');
      sums[shared ? 'sharedKib' : 'filesKib'] += rssKib - anonymousKib;
    }
  }
  return sums;
}

function mappingsOf(text) {
  const mappings = [];
  for (const line of text.split('\n')) {
    const head = /^[\da-f]+-[\da-f]+ (\S+) \S+ \S+ \d+ *(.*)$/.exec(line);
    if (head !== null) mappings.push({ flags: head[1], path: head[2], rssKib: 0, anonymousKib: 0 });
    const [, name, kib] = /^(Rss|Anonymous): +(\d+) kB$/.exec(line) ?? [];
    if (name === 'Rss') mappings.at(-1).rssKib = Number(kib);
    if (name === 'Anonymous') mappings.at(-1).anonymousKib = Number(kib);
  }
  return mappings;
}
