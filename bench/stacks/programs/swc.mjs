import { minify, transform, transformSync } from '@swc/core';
import { activeProfiler } from 'stageprof';

const profiler = activeProfiler();
const source = Array.from(
  { length: 400 },
  (_, number) => `export class C${number}<T> { private value?: T; async get(input: T[]): Promise<T | undefined> {
    for (const [index, each] of input.entries()) { if (index === ${number}) return this.value ?? each; }
  } }`,
).join('\n');
const jsc = { parser: { syntax: 'typescript' }, target: 'es5' };
for (let round = 0; round < 10; round++) {
  const { code } = await profiler.stage('transform', () => transform(source, { jsc }));
  await profiler.stage('minify', () => minify(code, { compress: true, mangle: true, module: true }));
  profiler.stage('at once', () => transformSync(source, { jsc }));
}
