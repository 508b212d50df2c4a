// Public reports of growing memory, each with a small program that does the same.

/**
 * @typedef {object} PublicReport
 * @property {string} link
 * @property {string} program a file of programs/, without its ending
 * @property {readonly string[]} packages that npm installs for it
 * @property {string} truth who holds the memory, as the thread or the program says
 * @property {readonly string[]} right kinds of findings that lead to the cause
 * @property {readonly string[]} wrong kinds that lead away from it
 */

const NODE_LINE = Number(process.versions.node.split('.')[0]);

const GARBAGE = { right: ['uncollected'], wrong: ['buffer-growth', 'native-growth', 'js-growth', 'string-growth'] };
const KEPT_BUFFERS = { right: ['buffer-growth'], wrong: ['fragmentation', 'native-growth', 'js-growth'] };
const FREED = { right: ['fragmentation'], wrong: ['native-growth', 'js-growth', 'worker-growth', 'file-pages'] };
/** What an addon's handles hold. A collection frees it, unless the addon leaks. */
const HANDLES = {
  right: ['uncollected', 'native-growth', 'mapped-growth'],
  wrong: ['fragmentation', 'js-growth', 'file-pages'],
};
const OWN_ALLOCATOR = {
  truth: "the addon's own allocator, which a collection does not make smaller",
  right: ['mapped-growth'],
  wrong: ['buffer-growth', 'fragmentation', 'js-growth', 'native-growth', 'file-pages'],
};

const github = (thread) => `https://github.com/${thread}`;
const report = (thread, program, packages, truth, kinds) => ({
  link: github(thread),
  program,
  packages,
  truth,
  ...kinds,
});
const snappy = (number, version, program) => ({
  ...OWN_ALLOCATOR,
  link: github(`Brooooooklyn/snappy/issues/${number}`),
  program,
  packages: [`snappy@${version}`],
});

/** @type {readonly PublicReport[]} */
export const REPORTS = [
  snappy(323, '7.3.3', 'snappy-both'),
  snappy(270, '7.3.0', 'snappy-both'),
  snappy(99, '7.2.0', 'snappy-sync'),
  snappy(96, '7.1.2', 'snappy-sync'),
  report(
    'napi-rs/node-rs/issues/655',
    'crc32',
    ['@node-rs/crc32@1.5.1'],
    'references that the addon does not release',
    HANDLES,
  ),
  report(
    'duckdb/duckdb/issues/20569',
    'duckdb-queries',
    ['@duckdb/node-api'],
    'results, live until they are collected',
    HANDLES,
  ),
  report('lovell/sharp/issues/955', 'sharp-resize', ['sharp'], 'freed blocks that glibc keeps', FREED),
  report('lovell/sharp/issues/1313', 'sharp-text', ['sharp'], 'freed blocks that glibc keeps, and caches of fonts', {
    right: ['fragmentation', 'native-growth'],
    wrong: ['js-growth', 'buffer-growth', 'file-pages'],
  }),
  report('nodejs/node/issues/8871', 'zlib-deflate', [], 'freed blocks that glibc keeps', {
    ...FREED,
    right: ['fragmentation', 'transient-native'],
  }),
  report('nodejs/node/issues/4779', 'ws-slow-client', ['ws@8'], "messages in the socket's queue", KEPT_BUFFERS),
  report('nodejs/node/issues/51162', 'fetch-unread', ['undici@6'], 'bodies that nobody has read', {
    ...KEPT_BUFFERS,
    right: ['buffer-growth', 'uncollected'],
  }),
  report('nodejs/undici/issues/1108', 'fetch-unread', ['undici@5'], 'bodies that nobody has read', {
    ...KEPT_BUFFERS,
    right: ['buffer-growth', 'uncollected'],
  }),
  report('nodejs/node/issues/51868', 'workers-ended', [], 'nothing is live: what ended workers had', {
    ...FREED,
    right: ['fragmentation', 'unexplained-growth'],
  }),
  report('nodejs/node/issues/45685', 'workers-short', [], 'nothing is live: what ended workers had', {
    ...FREED,
    right: ['fragmentation', 'unexplained-growth'],
  }),
  report('nodejs/node/issues/48517', 'blob-to-buffer', [], 'garbage', GARBAGE),
  report(
    'nodejs/node/issues/63574',
    'blob-stream',
    [],
    'garbage; on Node 26 the streams keep it',
    NODE_LINE < 26 ? GARBAGE : KEPT_BUFFERS,
  ),
  report('nodejs/node/issues/17001', 'send-in-loop', [], "messages in node's queue to the child", {
    right: ['buffer-growth', 'native-growth', 'string-growth'],
    wrong: ['fragmentation', 'js-growth'],
  }),
  report('nodejs/node/issues/21967', 'chunks-kept', [], 'whole blocks, held by their slices', KEPT_BUFFERS),
  report('nodejs/help/issues/2627', 'half-kept', [], 'whole Buffers, held by their slices', KEPT_BUFFERS),
  report('isaacs/node-lru-cache/issues/227', 'lru-cache', ['lru-cache@7.7.3'], 'JS objects of a cache', {
    right: ['js-growth', 'uncollected'],
    wrong: ['fragmentation', 'native-growth', 'buffer-growth'],
  }),
  report('emscripten-core/emscripten/issues/11276', 'wasm-memories', [], 'memories of WebAssembly', {
    right: ['wasm-growth', 'buffer-growth'],
    wrong: ['fragmentation', 'native-growth', 'js-growth'],
  }),
  report(
    'Brooooooklyn/canvas/issues/716',
    'canvas-encode',
    ['@napi-rs/canvas'],
    'freed blocks that glibc keeps: with jemalloc it is half',
    FREED,
  ),
  report(
    'Brooooooklyn/canvas/issues/907',
    'canvas-images',
    ['@napi-rs/canvas'],
    'images until they are collected, then freed blocks that glibc keeps: it takes both a collection and jemalloc',
    { right: ['uncollected', 'native-growth', 'fragmentation'], wrong: ['js-growth', 'file-pages'] },
  ),
  report(
    'thx/resvg-js/pull/368',
    'resvg-render',
    ['@resvg/resvg-js'],
    "the addon's own allocator, which a collection does not make smaller",
    OWN_ALLOCATOR,
  ),
  report('kriszyp/lmdb-js/issues/75', 'lmdb-cursor', ['lmdb@3'], 'pages of a mapped file', {
    right: ['file-pages'],
    wrong: ['fragmentation', 'native-growth', 'js-growth'],
  }),
];
