// exit.js CLIENT MS: exits MS milliseconds into the client's work.
const [client, delayMs] = process.argv.slice(2);
const { work } = await import(`./${client}.js`);
setTimeout(() => process.exit(5), Number(delayMs));
console.log('begins');
for (;;) await work();
