import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FLAME_FORMAT_NAMES, type FlameFormatName, flameFile } from '../../src/flame/formats.js';
import { profileOf } from '../support/arbitrary-profile.js';
import { NO_BROWSER, TestBrowser } from '../support/browser.js';

const require = createRequire(import.meta.url);

const CALLER = { kind: 'js', name: 'serveRequest', file: '/app/main.js', line: 3, startLine: 1 } as const;
const JS = { kind: 'js', name: 'parseBody', file: '/app/parse.js', line: 12, column: 5, startLine: 10 } as const;
const NATIVE = {
  kind: 'native',
  name: 'inflate_fast',
  module: '/lib/libz.so.1',
  buildId: 'c0ffee',
  offset: 4096,
} as const;

const profile = profileOf([
  { stage: 'serve.parse', thread: 'main', frames: [CALLER, JS], values: { samples: 3, cpu: 30_000_000 } },
  { stage: 'serve', thread: 'main', frames: [CALLER, NATIVE], values: { samples: 2, cpu: 20_000_000 } },
]);

const FILE_NAMES: Readonly<Record<FlameFormatName, string>> = {
  collapsed: 'x.collapsed.txt',
  speedscope: 'x.speedscope.json',
  cpuprofile: 'x.cpuprofile',
  pprof: 'x.pb.gz',
};

describe.skipIf(NO_BROWSER)('speedscope shows in a browser', () => {
  const viewer = pathToFileURL(join(require.resolve('speedscope/package.json'), '../dist/release/index.html')).href;
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.open();
  });
  afterAll(() => browser.close());

  test.each(FLAME_FORMAT_NAMES)('%s', async (format) => {
    const content = Buffer.from((await flameFile(format, profile, undefined, { type: 'cpu' })) as Uint8Array);
    const name = FILE_NAMES[format];
    const script = join(browser.folder, `${format}.js`);
    // As its own command line opens a file.
    writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, "${content.toString('base64')}")`);
    const { page, messages } = await browser.go(`${viewer}#localProfilePath=${script}`);
    await page.getByText('Sandwich').click();
    await expect.poll(() => page.locator('body').innerText()).toContain('parseBody');
    const table = await page.locator('body').innerText();
    expect(table).toContain('serveRequest');
    expect(table).toContain('inflate_fast');
    expect(table).toContain('[serve.parse]');
    // Collapsed stacks have no unit.
    expect(table).toContain(format === 'collapsed' ? '30,000,000' : '30.00ms');
    expect(messages.filter((message) => /^(error|uncaught)/.test(message))).toEqual([]);
  });
});

/** The members that are looked at. Numbers are objects of 64 bits. */
interface Decoded {
  readonly string_table: readonly string[];
  readonly sample_type: readonly { readonly type: unknown; readonly unit: unknown }[];
  readonly function: readonly { readonly id: unknown; readonly name: unknown }[];
  readonly location: readonly { readonly id: unknown; readonly line: readonly { readonly function_id: unknown }[] }[];
  readonly sample: readonly {
    readonly location_id: readonly unknown[];
    readonly value: readonly unknown[];
    readonly label: readonly { readonly key: unknown; readonly str: unknown }[];
  }[];
}

test('a decoder made from the definition of pprof reads the samples, labels and functions of a file', async () => {
  const gzip = (await flameFile('pprof', profile, undefined, { type: 'cpu' })) as Uint8Array;
  const { root } = protobuf.parse(PROFILE_PROTO, { keepCase: true });
  const decoded = root.lookupType('perftools.profiles.Profile').decode(gunzipSync(gzip)) as unknown as Decoded;
  const text = (index: unknown) => decoded.string_table[Number(index)];
  expect(decoded.sample_type.map(({ type, unit }) => [text(type), text(unit)])).toEqual([
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ]);
  const nameOf = new Map(decoded.function.map(({ id, name }) => [Number(id), text(name)]));
  const linesOf = new Map(decoded.location.map(({ id, line }) => [Number(id), line]));
  const samples = decoded.sample.map(({ location_id, value, label }) => ({
    stage: text(label.find(({ key }) => text(key) === 'stage')?.str),
    cpu: Number(value[1]),
    frames: location_id.map((id) => linesOf.get(Number(id))!.map(({ function_id }) => nameOf.get(Number(function_id)))),
  }));
  expect(samples).toContainEqual({
    stage: 'serve.parse',
    cpu: 30_000_000,
    frames: [['parseBody'], ['serveRequest'], ['[serve.parse]']],
  });
});

test('a .cpuprofile is what the protocol of DevTools says', async () => {
  const { domains } = JSON.parse(readFileSync(require.resolve('devtools-protocol/json/js_protocol.json'), 'utf8'));
  const definitions = Object.fromEntries(
    (domains as Domain[]).flatMap(({ domain, types = [] }) =>
      types.map((type) => [`${domain}.${type.id}`, schemaOf(type, domain)]),
    ),
  );
  const validate = new Ajv({ strict: false }).compile({ $ref: '#/definitions/Profiler.Profile', definitions });
  const written = JSON.parse(String(await flameFile('cpuprofile', profile, undefined, { type: 'cpu' })));
  expect(validate(written), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...written, nodes: [{ id: 'a' }] })).toBe(false);
  // What the schema cannot say: every sample is a node, and there are as many times.
  const ids = new Set(written.nodes.map(({ id }: { id: number }) => id));
  expect(written.samples.every((id: number) => ids.has(id))).toBe(true);
  expect(written.timeDeltas).toHaveLength(written.samples.length);
});

/** A type in the definition of the protocol. */
interface ProtocolType {
  readonly id?: string;
  readonly name?: string;
  readonly optional?: boolean;
  readonly type?: string;
  readonly properties?: readonly ProtocolType[];
  readonly items?: ProtocolType;
  readonly $ref?: string;
  readonly enum?: readonly string[];
}

interface Domain {
  readonly domain: string;
  readonly types?: readonly ProtocolType[];
}

/** A type of the protocol as a JSON Schema. */
function schemaOf({ type, properties, items, $ref, enum: values }: ProtocolType, domain: string): object {
  if ($ref !== undefined) return { $ref: `#/definitions/${$ref.includes('.') ? $ref : `${domain}.${$ref}`}` };
  if (values !== undefined) return { enum: values };
  if (type === 'array') return { type, items: schemaOf(items!, domain) };
  if (type === 'any') return {};
  if (type !== 'object' || properties === undefined) return { type };
  return {
    type,
    required: properties.filter(({ optional }) => !optional).map(({ name }) => name),
    properties: Object.fromEntries(properties.map((property) => [property.name, schemaOf(property, domain)])),
  };
}

/** https://github.com/google/pprof/blob/main/proto/profile.proto, without its comments. */
const PROFILE_PROTO = `
syntax = "proto3";
package perftools.profiles;
message Profile {
  repeated ValueType sample_type = 1;
  repeated Sample sample = 2;
  repeated Mapping mapping = 3;
  repeated Location location = 4;
  repeated Function function = 5;
  repeated string string_table = 6;
  int64 drop_frames = 7;
  int64 keep_frames = 8;
  int64 time_nanos = 9;
  int64 duration_nanos = 10;
  ValueType period_type = 11;
  int64 period = 12;
  repeated int64 comment = 13;
  int64 default_sample_type = 14;
}
message ValueType { int64 type = 1; int64 unit = 2; }
message Sample { repeated uint64 location_id = 1; repeated int64 value = 2; repeated Label label = 3; }
message Label { int64 key = 1; int64 str = 2; int64 num = 3; int64 num_unit = 4; }
message Mapping {
  uint64 id = 1; uint64 memory_start = 2; uint64 memory_limit = 3; uint64 file_offset = 4; int64 filename = 5;
  int64 build_id = 6; bool has_functions = 7; bool has_filenames = 8; bool has_line_numbers = 9;
  bool has_inline_frames = 10;
}
message Location { uint64 id = 1; uint64 mapping_id = 2; uint64 address = 3; repeated Line line = 4; bool is_folded = 5; }
message Line { uint64 function_id = 1; int64 line = 2; int64 column = 3; }
message Function { uint64 id = 1; int64 name = 2; int64 system_name = 3; int64 filename = 4; int64 start_line = 5; }
`;
