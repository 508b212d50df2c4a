// run.js CLIENT READER: writes the client's result to standard output, and to descriptor 3 how many bytes the client
// holds and what the tracker has counted by then.
import { writeSync } from 'node:fs';

const [client, reader] = process.argv.slice(2);
const loaded = { exports: {} };
process.dlopen(loaded, reader);
const readModules = loaded.exports;

const { work } = await import(`./${client}.js`);
readModules();
const { result, held, heldBytes } = await work();
writeSync(3, JSON.stringify({ heldBytes, modules: readModules() }));
console.log(JSON.stringify(result), held !== undefined);
