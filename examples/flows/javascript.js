// @ts-check
import { isBuiltin } from 'node:module';
import { parse } from 'acorn';
import { simple } from 'acorn-walk';

/**
 * What a JavaScript file imports by name.
 *
 * @typedef {object} ScriptFacts
 * @property {'module' | 'commonjs'} syntax
 * @property {Set<string>} specifiers everything imported, re-exported or required by a constant name
 * @property {number} imports static imports
 * @property {number} reexports `export … from`
 * @property {number} dynamic `import()` of a constant name
 * @property {number} requires `require()` and `require.resolve()` of a constant name
 * @property {number} computed calls of either kind whose name is known only when they run
 */

/**
 * A syntax tree takes about 20 times the memory of its source, and 0.3 s for each MiB. A larger file is usually a
 * bundle, whose imports have already been resolved.
 */
export const MAX_SCRIPT_BYTES = 4 * 1024 * 1024;

/**
 * @param {Uint8Array} bytes
 * @param {string} name decides between ESM and CommonJS if its extension does
 * @returns {ScriptFacts}
 * @throws {SyntaxError} when it is neither
 */
export function parseScript(bytes, name) {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const { tree, syntax } = parseAs(source, name);
  /** @type {ScriptFacts} */
  const facts = { syntax, specifiers: new Set(), imports: 0, reexports: 0, dynamic: 0, requires: 0, computed: 0 };

  /**
   * @param {'imports' | 'reexports' | 'dynamic' | 'requires'} kind
   * @param {import('acorn').Node | null | undefined} node
   */
  const count = (kind, node) => {
    const specifier = constantText(node);
    facts[specifier === undefined ? 'computed' : kind]++;
    if (specifier !== undefined) facts.specifiers.add(specifier);
  };

  simple(tree, {
    ImportDeclaration: (node) => count('imports', node.source),
    ExportAllDeclaration: (node) => count('reexports', node.source),
    ExportNamedDeclaration: (node) => {
      if (node.source) count('reexports', node.source);
    },
    ImportExpression: (node) => count('dynamic', node.source),
    CallExpression: (node) => {
      if (isRequire(node.callee) && node.arguments.length > 0) count('requires', node.arguments[0]);
    },
  });
  return facts;
}

/**
 * @param {string} source
 * @param {string} name
 * @returns {{ tree: import('acorn').Program, syntax: ScriptFacts['syntax'] }}
 */
function parseAs(source, name) {
  if (name.endsWith('.cjs')) return { tree: parseCommonJs(source), syntax: 'commonjs' };
  try {
    const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
    return { tree, syntax: name.endsWith('.mjs') || hasModuleSyntax(tree) ? 'module' : 'commonjs' };
  } catch (error) {
    // Strict mode forbids what old CommonJS uses: octal literals, `with`, a top-level return.
    if (name.endsWith('.mjs')) throw error;
    return { tree: parseCommonJs(source), syntax: 'commonjs' };
  }
}

/** @param {string} source */
function parseCommonJs(source) {
  return parse(source, { ecmaVersion: 'latest', sourceType: 'commonjs' });
}

/** @param {import('acorn').Program} tree */
function hasModuleSyntax(tree) {
  return tree.body.some((node) => node.type.startsWith('Import') || node.type.startsWith('Export'));
}

/**
 * Whether it is `require` or `require.resolve`. A local variable of that name counts too; bundles rename theirs.
 *
 * @param {import('acorn').Expression | import('acorn').Super} callee
 */
function isRequire(callee) {
  if (callee.type === 'Identifier') return callee.name === 'require';
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'require' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 'resolve'
  );
}

/**
 * The text of a string literal, or of a template without substitutions.
 *
 * @param {import('acorn').Node | null | undefined} node
 * @returns {string | undefined}
 */
function constantText(node) {
  const expression = /** @type {import('acorn').AnyNode | null | undefined} */ (node);
  if (expression?.type === 'Literal' && typeof expression.value === 'string') return expression.value;
  if (expression?.type === 'TemplateLiteral' && expression.expressions.length === 0) {
    return expression.quasis[0].value.cooked ?? undefined;
  }
  return undefined;
}

/**
 * The package a specifier belongs to: `@scope/name` of `@scope/name/deep/file.js`, `node:fs` of `fs/promises`.
 *
 * @param {string} specifier
 * @returns {string | undefined} undefined for a path, a `#internal` name or a URL
 */
export function packageOf(specifier) {
  if (/^(?:[./#]|$|(?!node:)[a-z][a-z0-9+.-]*:)/i.test(specifier)) return undefined;
  const parts = specifier.split('/');
  if (isBuiltin(specifier)) return parts[0].startsWith('node:') ? parts[0] : `node:${parts[0]}`;
  return parts[0].startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
