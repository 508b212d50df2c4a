import { METRICS, type Metric, type MetricField } from './metrics.js';

/** Every field of a row that is a plain number, which all but the histogram, the modules and the octaves are. */
export type NumberField = Exclude<MetricField, 'wall_hist' | 'native_modules' | 'growth_by_octave'>;

export type NumberMetric = Metric & { readonly field: NumberField };

type AnyMetric = (typeof METRICS)[number];

export function isNumberMetric(metric: AnyMetric): metric is AnyMetric & NumberMetric {
  return metric.unit !== 'histogram' && metric.unit !== 'modules' && metric.unit !== 'octaves';
}

export const NUMBER_METRICS: readonly NumberMetric[] = METRICS.filter(isNumberMetric);
