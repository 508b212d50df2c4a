import { Ajv, type ValidateFunction } from 'ajv';
import { expect, test } from 'vitest';
import { withFindings } from '../../src/findings/reported.js';
import { METRICS } from '../../src/model/metrics.js';
import { type JsonSchema, reportSchema, schemaText } from '../../src/model/report-schema.js';
import { mergeReports } from '../../src/report/merge.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

const validate: ValidateFunction = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  reportSchema(),
);

function errorsOf(value: unknown): string[] {
  validate(JSON.parse(JSON.stringify(value)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test.each([
  ['of a pipeline', pipelineReport()],
  ['without stages', report()],
  ['of a stage that is still open', report({ stages: [row('a', { open: 1, overhead_s: 0 })] })],
  ['merged from several', mergeReports([pipelineReport(), report()])],
  ['merged from none', mergeReports([])],
])('a report %s is valid', (_, value) => {
  expect(errorsOf(value)).toEqual([]);
});

test.each(Object.keys(report()))('a report without %s is not', (member) => {
  expect(errorsOf({ ...report(), [member]: undefined })).toEqual([` must have required property '${member}'`]);
});

test.each(METRICS)('a row without $field is not valid', ({ field }) => {
  expect(errorsOf(report({ stages: [{ ...row('a'), [field]: undefined } as never] }))).toEqual([
    `/stages/0 must have required property '${field}'`,
  ]);
});

test.each(METRICS)('$field may be null only where it can be unmeasured', ({ field, fold, unit }) => {
  const isValid = errorsOf(report({ stages: [{ ...row('a'), [field]: null } as never] })).length === 0;
  expect(isValid).toBe(fold !== 'count' || unit === 'octaves');
});

test.each(METRICS.filter(({ unit }) => unit !== 'histogram'))(
  '$field may be negative only as a growth',
  ({ field, fold, unit }) => {
    const value = unit === 'modules' ? { 'a.node': -1 } : -1;
    const isValid = errorsOf(report({ stages: [row('a', { [field]: value })] })).length === 0;
    expect(isValid).toBe(fold === 'growth');
  },
);

const { sources } = report();

test.each([
  ['an unknown member', { ...report(), extra: 1 }, ' must NOT have additional properties'],
  [
    'an unknown field of a row',
    report({ stages: [{ ...row('a'), extra: 1 } as never] }),
    '/stages/0 must NOT have additional properties',
  ],
  ['another schema', { ...report(), schema: 'stageprof/2' }, '/schema must be equal to constant'],
  ['null for a total', { ...report(), total_wall_s: null }, '/total_wall_s must be number'],
  ['a fraction of a KiB', report({ rss_kb_now: 1.5 }), '/rss_kb_now must be integer,null'],
  ['an empty label', report({ stages: [row('')] }), '/stages/0/stage must NOT have fewer than 1 characters'],
  [
    'a bucket past the last',
    report({ stages: [row('a', { wall_hist: [[337, 1]] })] }),
    '/stages/0/wall_hist/0/0 must be <= 336',
  ],
  ['an empty bucket', report({ stages: [row('a', { wall_hist: [[3, 0]] })] }), '/stages/0/wall_hist/0/1 must be >= 1'],
  [
    'half a pair',
    report({ stages: [row('a', { wall_hist: [[3]] as never })] }),
    '/stages/0/wall_hist/0 must NOT have fewer than 2 items',
  ],
  [
    'an unknown source',
    report({ sources: { ...sources, x: sources.gc } as never }),
    '/sources must NOT have additional properties',
  ],
  [
    'an unknown kind of truth',
    report({ sources: { ...sources, gc: { ...sources.gc, truth: 'sure' as never } } }),
    '/sources/gc/truth must be equal to one of the allowed values',
  ],
  [
    'a number for a job',
    { ...report(), slurm: { job: 1, array_job: null, array_task: null } },
    '/slurm/job must be string,null',
  ],
])('%s is refused', (_, value, error) => {
  expect(errorsOf(value)).toEqual([error]);
});

/** The path of each schema of an object within a schema. */
function objectsIn(schema: JsonSchema, path = ''): [path: string, schema: JsonSchema][] {
  const inner = Object.entries(schema).flatMap(([keyword, value]) =>
    typeof value === 'object' && value !== null ? objectsIn(value as JsonSchema, `${path}/${keyword}`) : [],
  );
  return [schema.type].flat().includes('object') ? [[path, schema], ...inner] : inner;
}

test('every object is closed: it has the members it names and no others, or numbers by module', () => {
  const objects = objectsIn(reportSchema());
  expect(objects.length).toBeGreaterThan(20);
  const byName = objects.filter(([, { properties }]) => properties === undefined);
  expect(byName.map(([path]) => path.split('/').at(-1)).sort()).toEqual([
    'files',
    'files',
    'files',
    'live_modules',
    'mapped_modules',
    'mapped_modules',
    'mapped_modules',
    'native_live_modules',
    'native_live_modules',
    'native_modules',
    'native_modules',
    'numbers',
  ]);
  for (const [path, { properties, additionalProperties }] of objects) {
    const kib = path.endsWith('native_live_modules') ? { type: 'integer' } : { type: 'integer', minimum: 0 };
    const open = path.endsWith('/numbers') ? { type: 'number' } : kib;
    expect(additionalProperties, path).toEqual(properties === undefined ? open : false);
  }
});

test('a report of a run has the optional members too', () => {
  const state = report().sources.gc;
  const groups = [{ group: 'js_threads' as const, name: null, threads: 1, cpu_s: 0.5 }];
  const optional = { partial: true, processes: 2, threads: { source: state, groups } };
  const slurm = { job: '7', array_job: null, array_task: '3' };
  expect(errorsOf(report({ ...optional, slurm }))).toEqual([]);
  expect(errorsOf({ ...report(optional), threads: { ...optional.threads, extra: 1 } })).toEqual([
    '/threads must NOT have additional properties',
  ]);
});

test('the findings that the commands add are valid', () => {
  const stages = [row('a', { calls: 1, wall_s: 9, wall_self_s: 9, cpu_self_s: 0 })];
  const found = withFindings(report({ stages }));
  expect(found.findings).toHaveLength(1);
  expect(errorsOf(found)).toEqual([]);
  expect(errorsOf({ ...found, findings: [{ ...found.findings![0], amount: 1 }] })).toEqual([
    '/findings/0 must NOT have additional properties',
  ]);
});

test('the text of the schema is the schema', () => {
  expect(JSON.parse(schemaText())).toEqual(reportSchema());
});
