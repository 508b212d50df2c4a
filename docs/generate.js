/**
 * Writes the documents that are made from tables in the code. Run it after the build, because it reads dist/.
 *
 *   node docs/generate.js                   writes docs/fields.md and the tables of docs/recorder.md and docs/schedulers.md
 *   node docs/generate.js --schema FILE     writes the JSON Schema of a report to FILE
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fieldsText } from '../dist/docs/fields-page.js';
import { withRecorderTables } from '../dist/docs/recorder-tables.js';
import { withSchedulerTable } from '../dist/docs/scheduler-table.js';
import { schemaText } from '../dist/model/report-schema.js';

const { values } = parseArgs({ options: { schema: { type: 'string' } } });
if (values.schema === undefined) {
  writeFileSync(new URL('fields.md', import.meta.url), fieldsText());
  rewrite('recorder.md', withRecorderTables);
  rewrite('schedulers.md', withSchedulerTable);
} else writeFileSync(values.schema, schemaText());

/** @param {string} page @param {(text: string) => string} withTables */
function rewrite(page, withTables) {
  const path = new URL(page, import.meta.url);
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
}
