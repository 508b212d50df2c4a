import type { NativeSources } from '../native/addon.js';

/** What the agent is to do. It crosses as JSON. */
export interface AgentOrder {
  /** The addon's file; null to do without. */
  readonly addon: string | null;
  readonly layoutVersion: number;
  readonly mask: number;
  readonly sampleLength: number;
  readonly accountLength: number;
  readonly slotIndex: Readonly<Record<string, number>>;
  /** The tracker's file and the bytes between two points of its sample; null for no native allocations. */
  readonly tracker: { readonly path: string; readonly rate: number } | null;
  /** How long this will take at most. After that the agent undoes everything by itself. */
  readonly lastsMs: number;
  /** Whether the inspector was opened for this, and is closed in the end. */
  readonly opened: boolean;
  /** Stands for NaN in what comes back. */
  readonly notANumber: string;
}

/** What is told of the process as it is. */
export interface AgentLook {
  readonly version: string;
  readonly uptimeS: number;
  readonly heap: Readonly<Record<string, number>>;
  readonly spaces: readonly {
    readonly name: string;
    readonly usedBytes: number;
    readonly sizeBytes: number;
    readonly physicalBytes: number;
  }[];
  readonly memory: { readonly rss: number; readonly external: number; readonly arrayBuffers: number };
  /** Handles and requests that keep the event loop alive, by kind; null where Node does not tell. */
  readonly resources: Readonly<Record<string, number>> | null;
  /** Why there is no addon in the process; null where there is. */
  readonly addonMissing: string | null;
  /** Why the addon cannot read the JS heap; null where it can. */
  readonly heapFault: string | null;
  /** Why native allocations are not counted; null where they are, or were not asked for. */
  readonly trackerMissing: string | null;
  readonly slots: TrackerSlots | null;
}

/** Places in memory through which modules call functions that allocate. */
export interface TrackerSlots {
  readonly rebound: number;
  readonly restored: number;
  readonly modules: number;
}

/** What the tracker has counted since it was loaded. */
export interface TrackerReading {
  readonly allocatedBytes: number;
  readonly allocatedBlocks: number;
  readonly freedBytes: number;
  readonly freedBlocks: number;
  readonly modules: readonly {
    /** The path of a shared object. */
    readonly name: string;
    readonly allocatedBytes: number;
    /** Of what was allocated since this attach began and is still there, by the sample. */
    readonly heldBytes: number;
    /** Address space that it has mapped itself. */
    readonly mappedBytes: number;
  }[];
}

export interface AgentSample {
  /** The slots, in base64. */
  readonly slots: string;
  /** The cells of an account, in base64; null without the addon. */
  readonly account: string | null;
  readonly sources: NativeSources | null;
  readonly modules: readonly string[] | null;
  readonly rssPeakBytes: number | null;
  /** Null where native allocations are not counted. */
  readonly tracker: TrackerReading | null;
  readonly memory: AgentLook['memory'];
  readonly heapPhysicalBytes: number;
  readonly heapUsedBytes: number;
}

export interface AgentUndone {
  readonly slots: TrackerSlots | null;
  /** What could not be undone; empty where nothing is left. */
  readonly faults: readonly string[];
}
