/**
 * Writes the documents that are made from the tables of metrics and header members. Run it after the build, because it
 * reads dist/.
 *
 *   node docs/generate.js                   writes docs/fields.md and the tables of docs/recorder.md
 *   node docs/generate.js --schema FILE     writes the JSON Schema of a report to FILE
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fieldsText } from '../dist/docs/fields-page.js';
import { withRecorderTables } from '../dist/docs/recorder-tables.js';
import { schemaText } from '../dist/model/report-schema.js';

const { values } = parseArgs({ options: { schema: { type: 'string' } } });
if (values.schema === undefined) {
  writeFileSync(new URL('fields.md', import.meta.url), fieldsText());
  const recorder = new URL('recorder.md', import.meta.url);
  writeFileSync(recorder, withRecorderTables(readFileSync(recorder, 'utf8')));
} else writeFileSync(values.schema, schemaText());
