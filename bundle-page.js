// node bundle-page.js: makes dist/page/front-end.json from src/browser/, which is what runs in the page of --html. The build
// calls it after the compiler. The result is two texts of script and one of style, so that each has one hash in the policy
// of the page. It depends on nothing but the sources and the locked version of the bundler.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

async function bundled(name) {
  const { outputFiles } = await build({
    entryPoints: [path(name)],
    bundle: true,
    write: false,
    minify: true,
    charset: 'utf8',
    format: 'iife',
    target: ['es2022'],
    legalComments: 'none',
    tsconfig: path('src/browser/tsconfig.json'),
  });
  return outputFiles[0].text.trim();
}

const styles = ['node_modules/uplot/dist/uPlot.min.css', 'src/browser/page.css'].map((name) =>
  readFileSync(path(name), 'utf8'),
);
const { code: style } = await transform(styles.join('\n'), { loader: 'css', minify: true, charset: 'utf8' });
const licence = readFileSync(path('node_modules/uplot/LICENSE'), 'utf8').trim();
const { version } = JSON.parse(readFileSync(path('node_modules/uplot/package.json'), 'utf8'));
const frontEnd = {
  loader: await bundled('src/browser/loader.ts'),
  script: await bundled('src/browser/main.ts'),
  style: style.trim(),
  notice: `This page contains uPlot ${version}.\n\n${licence}`,
};
for (const [name, text] of Object.entries(frontEnd)) {
  // Any of these would end the element that the text is in.
  if (/<\/(script|style)|<!--|-->/i.test(text)) throw new Error(`${name}: has the end of an element in it`);
}
mkdirSync(path('dist/page'), { recursive: true });
writeFileSync(path('dist/page/front-end.json'), JSON.stringify(frontEnd));
const kib = (text) => (Buffer.byteLength(text) / 1024).toFixed(1);
console.log(`page: ${kib(frontEnd.script)} KiB of script, ${kib(frontEnd.style)} KiB of style`);
