import { Option } from 'commander';
import type { Exporter } from '../export/exporter.js';

/** `--format`, which takes the names of these exporters; the first is the default. */
export function formatFlag(exporters: readonly Exporter<never>[]): Option {
  const names = exporters.map(({ name }) => name);
  return new Option('--format <format>', 'format of the result').choices(names).default(names[0]);
}
