import { METRICS, type Metric, type MetricField } from './metrics.js';

/** Fields of a row that are KiB by module. */
export type ModuleField = 'native_modules' | 'native_live_modules';

/** Every field of a row that is a plain number, which all but the histogram, the modules and the octaves are. */
export type NumberField = Exclude<MetricField, 'wall_hist' | ModuleField | 'growth_by_octave'>;

export type NumberMetric = Metric & { readonly field: NumberField };

export type ModuleMetric = Metric & { readonly field: ModuleField };

type AnyMetric = (typeof METRICS)[number];

export function isNumberMetric(metric: AnyMetric): metric is AnyMetric & NumberMetric {
  return metric.unit !== 'histogram' && metric.unit !== 'modules' && metric.unit !== 'octaves';
}

export const NUMBER_METRICS: readonly NumberMetric[] = METRICS.filter(isNumberMetric);

export function isModuleMetric(metric: AnyMetric): metric is AnyMetric & ModuleMetric {
  return metric.unit === 'modules';
}

export const MODULE_METRICS: readonly ModuleMetric[] = METRICS.filter(isModuleMetric);
