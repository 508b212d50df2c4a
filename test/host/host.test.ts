import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Node, parse } from 'acorn';
import { ancestor, full } from 'acorn-walk';
import { describe, expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '../../dist');

/** The files that are loaded first in somebody's process. All that they import runs there too. */
const ENTRIES = [
  'index.js',
  'register.js',
  'devtools.js',
  'opentelemetry.js',
  'profiler/active.js',
  'profiler/stage-profiler.js',
  'profiler/null-profiler.js',
  'preload/preload.cjs',
  'corpus/worker.js',
  // No producer loads these yet. They are made to run there.
  'stacks/stack-profile.js',
  'stacks/merge-profile.js',
];

/** No program can replace these, which are constants of the language. */
const CONSTANTS = ['undefined', 'NaN', 'Infinity', 'arguments'];

/** Globals that a file may nevertheless take from the program, each with its reason. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // Every copy of the package finds the same profiler in a property of the global object.
  'profiler/active.js': ['globalThis', 'Symbol'],
  // It imports nothing, and uses these only while it is loaded.
  'profiler/null-profiler.js': ['Object', 'Symbol'],
  // It is loaded before the program and imports nothing. At its top it copies what it needs into constants.
  'preload/preload.cjs': TOP_LEVEL_ONLY(),
  // Both are used as the program has them when a stage opens: its clock decides the time of a span.
  'opentelemetry.js': ['Date', 'WeakMap'],
  // They ask whether the program was given --expose-gc, and whether it has replaced Promise.
  'accounting/forced-collection.js': ['globalThis'],
  'attribution/promise-kinds.js': ['globalThis'],
};

/** Modules of Node that a file may nevertheless import. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  // It finds the path of the addon while it is loaded.
  'native/load-addon.js': ['node:module'],
  // Its entries are the program's own, in the timeline that its observers read.
  'devtools.js': ['node:perf_hooks'],
  // Spans are made by the library that the program has registered a provider with.
  'opentelemetry.js': ['@opentelemetry/api', 'node:perf_hooks', 'node:util'],
};

function TOP_LEVEL_ONLY(): readonly string[] {
  return ['require', 'exports', 'Object', 'Set', 'Symbol', 'JSON', 'globalThis', 'process', 'performance', 'Math'];
}

interface Loaded {
  readonly file: string;
  readonly imported: readonly string[];
  readonly free: readonly string[];
}

interface Named extends Node {
  readonly name: string;
}

type Pattern = Node & {
  name?: string;
  properties?: (Node & { value?: Pattern; argument?: Pattern })[];
  elements?: (Pattern | null)[];
  left?: Pattern;
  argument?: Pattern;
};

function namesIn(pattern: Pattern | null | undefined, names: Set<string>): void {
  if (pattern === null || pattern === undefined) return;
  if (pattern.type === 'Identifier') names.add(pattern.name!);
  for (const property of pattern.properties ?? []) namesIn(property.value ?? property.argument, names);
  for (const element of pattern.elements ?? []) namesIn(element, names);
  if (pattern.type === 'AssignmentPattern') namesIn(pattern.left, names);
  if (pattern.type === 'RestElement') namesIn(pattern.argument, names);
}

/**
 * The names that are declared anywhere in the file. A file that declares the name of a global in one function and uses the
 * global in another is therefore not found.
 */
function declaredIn(tree: Node): ReadonlySet<string> {
  const names = new Set<string>();
  full(tree, (node) => {
    const any = node as Node & { id?: Pattern; params?: Pattern[]; param?: Pattern; local?: Pattern };
    if (node.type === 'VariableDeclarator' || /Function|^Class/.test(node.type)) namesIn(any.id, names);
    for (const param of any.params ?? []) namesIn(param, names);
    if (node.type === 'CatchClause') namesIn(any.param, names);
    if (/^Import.*Specifier$/.test(node.type)) namesIn(any.local, names);
  });
  return names;
}

function readModule(file: string, text: string): Loaded {
  const tree = parse(text, { ecmaVersion: 'latest', sourceType: file.endsWith('.cjs') ? 'script' : 'module' });
  const declared = declaredIn(tree);
  const imported = new Set<string>();
  const free = new Set<string>();
  full(tree, (node) => {
    const { source } = node as Node & { source?: { value?: unknown } | null };
    if (typeof source?.value === 'string') imported.add(source.value);
  });
  ancestor(tree, {
    Identifier(node) {
      const { name } = node as Named;
      if (!declared.has(name)) free.add(name);
    },
  });
  return { file, imported: [...imported].sort(), free: [...free].sort() };
}

function loadedFrom(entries: readonly string[]): readonly Loaded[] {
  const found = new Map<string, Loaded>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const loaded = readModule(file, readFileSync(join(DIST, file), 'utf8'));
    found.set(file, loaded);
    for (const path of loaded.imported) if (path.startsWith('.')) waiting.push(join(dirname(file), path));
  }
  return [...found.values()].filter(({ file }) => !file.startsWith('host/'));
}

const LOADED = loadedFrom(ENTRIES);

describe('code that runs inside a program', () => {
  test('is found from the files that are loaded first', () => {
    expect(LOADED.length).toBeGreaterThan(60);
  });

  test.each(LOADED)('$file takes globals only from src/host', ({ file, free }) => {
    const allowed = new Set([...CONSTANTS, ...(EXCEPTIONS[file] ?? [])]);
    expect(free.filter((name) => !allowed.has(name))).toEqual([]);
  });

  test.each(LOADED)('$file takes modules of Node only from src/host', ({ file, imported }) => {
    const allowed = new Set(MODULES[file] ?? []);
    expect(imported.filter((path) => !path.startsWith('.') && !allowed.has(path))).toEqual([]);
  });

  test('has no exception that it does not need', () => {
    for (const [file, names] of Object.entries(EXCEPTIONS)) {
      const free = LOADED.find((loaded) => loaded.file === file)?.free ?? [];
      expect({ file, unused: names.filter((name) => !free.includes(name)) }).toEqual({ file, unused: [] });
    }
  });

  test('a global and a module of Node are noticed', () => {
    const text =
      "import { readFileSync } from 'node:fs';\nexport const now = () => performance.now() + readFileSync.length;";
    expect(readModule('a.js', text)).toMatchObject({ imported: ['node:fs'], free: ['performance'] });
  });
});
