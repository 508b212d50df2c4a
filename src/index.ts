export { findingsOf } from './findings/findings.js';
export type { Finding, FindingKind } from './findings/rule.js';
export { FINDING_THRESHOLDS, type Threshold, type ThresholdName } from './findings/thresholds.js';
export type { Composition, ModuleKib } from './model/composition.js';
export type { ErrorCode } from './model/errors.js';
export type { HistogramPairs } from './model/histogram.js';
export type { MetricField } from './model/metrics.js';
export type {
  Attribution,
  Collect,
  Measure,
  RecorderOption,
  RssPeak,
  Stacks,
  StageProfilerOptions,
} from './model/options.js';
export type { Profiler, Stage } from './model/profiler.js';
export type { Report, ReportHeader, SlurmIdentity, StageRow } from './model/report.js';
export type { SourceName, SourceState, Sources, Truth } from './model/sources.js';
export type { StageMessage } from './model/stage-message.js';
export type { ThreadCpu, ThreadGroup, ThreadGroupCpu } from './model/thread-cpu.js';
export { activeProfiler } from './profiler/active.js';
export { type Capabilities, capabilities } from './profiler/capabilities.js';
export { NullProfiler, nullProfiler } from './profiler/null-profiler.js';
export { StageProfiler } from './profiler/stage-profiler.js';
export { renderTable, type TableOptions } from './render/table.js';
export { mergeReports } from './report/merge.js';
