// node duckdb-summary.js FILE THREADS [columns] answers what summarize answers, as far as one query of DuckDB can: the
// sums and highest values of each stage, p50, p95 and p99, and its worst inputs. "columns" names the members that it
// needs.
import { DuckDBInstance } from '@duckdb/node-api';
import { METRICS } from '../../dist/model/metrics.js';

const [file, threads, mode] = process.argv.slice(2);
const numbers = METRICS.filter(({ unit }) => !['histogram', 'modules', 'octaves'].includes(unit));
const typeOf = ({ unit }) => (unit === 's' ? 'DOUBLE' : 'BIGINT');
const row = ['stage VARCHAR', ...numbers.map((metric) => `${metric.field} ${typeOf(metric)}`)].join(', ');
const told = `, format = 'newline_delimited', columns = {input: 'VARCHAR', profile: 'STRUCT(stages STRUCT(${row})[])'}`;
const source = `read_json('${file.replaceAll("'", "''")}'${mode === 'columns' ? told : ''})`;
// A column of nulls alone has no type that can be added up, unless the type is given.
const sums = numbers.map((metric) => {
  const fold = metric.fold === 'max' || metric.fold === 'peak' ? 'max' : 'sum';
  return `${fold}(row.${metric.field}::${typeOf(metric)})`;
});

const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(`
  SELECT row.stage, count(*), ${sums.join(', ')}, quantile_cont(row.wall_s, [0.5, 0.95, 0.99]),
    arg_max(input, row.wall_s), arg_max(input, row.rss_kb_peak_max)
  FROM (SELECT input, unnest(profile.stages) AS row FROM ${source})
  GROUP BY row.stage`);
for (const cells of reader.getRowsJson()) process.stdout.write(`${JSON.stringify(cells)}\n`);
