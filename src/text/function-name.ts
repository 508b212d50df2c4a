/** What looks like arguments and is none: an unnamed namespace, and the names of operators. */
const LITERAL = /\(anonymous[^)]*\)|\boperator(?:\(\)|[^\w\s(]+)/y;

/** A demangled name without the types of arguments and templates, which take lines in C++. Those of Rust have none. */
export function functionName(name: string): string {
  if (name.startsWith('<')) return name;
  let depth = 0;
  let short = '';
  for (let at = 0; at < name.length; ) {
    LITERAL.lastIndex = at;
    const literal = LITERAL.exec(name)?.[0];
    const piece = literal ?? name[at]!;
    const opens = literal === undefined && (piece === '<' || piece === '(');
    const closes = literal === undefined && (piece === '>' || piece === ')');
    if (opens) depth++;
    else if (closes) depth--;
    else if (depth === 0) short += piece;
    at += piece.length;
  }
  return short.replace(/ const$/, '').trim() || name;
}
