import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'acorn';
import { expect, test } from 'vitest';
import { manifest, root } from './project.js';

/** What a module may run when it is loaded besides its declarations, because nothing outside of it changes. */
const INSIDE = {
  'dist/recorder/format.js': 'checks that its own constants fit together',
  'dist/store/row-store.js': 'fills a row and a list of its own',
};

/** The modules that can be imported from outside, and all that these import, by path. */
function reachable(): Map<string, ReturnType<typeof parse>['body']> {
  const entries = Object.values<{ default?: string }>(manifest.exports).flatMap(({ default: path }) => path ?? []);
  const paths = new Set(entries.map((path) => join(path)));
  const bodies = new Map<string, ReturnType<typeof parse>['body']>();
  for (const path of paths) {
    const { body } = parse(readFileSync(join(root, path), 'utf8'), { ecmaVersion: 'latest', sourceType: 'module' });
    bodies.set(path, body);
    for (const node of body) {
      const imported = 'source' in node ? String(node.source?.value) : '';
      if (imported.startsWith('.')) paths.add(join(dirname(path), imported));
    }
  }
  return bodies;
}

test('the modules with side effects are those that package.json names', () => {
  const modules = reachable();
  expect(modules.size).toBeGreaterThan(100);
  const withStatements = [...modules].filter(([, body]) =>
    body.some(({ type }) => !/^(?:Import|Export|.*Declaration$)/.test(type)),
  );
  const named = manifest.sideEffects.map((path: string) => join(path));
  expect(withStatements.map(([path]) => path).sort()).toEqual([...named, ...Object.keys(INSIDE)].sort());
});

test('the null profiler has no import but of itself', () => {
  const imports = (path: string) => readFileSync(join(root, path), 'utf8').match(/\b(?:from|import|require)\b.*/g);
  expect(imports('dist/null.js')).toEqual(["from './profiler/null-profiler.js';"]);
  expect(imports('dist/profiler/null-profiler.js')).toBeNull();
});
