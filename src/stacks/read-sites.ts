import { Array, Error, Map, Math, Number } from '../host/intrinsics.js';
import { type FrameInput, OWN_NAME } from './frame.js';
import type { SampleType } from './sample-types.js';
import { SourcePositions } from './source-positions.js';
import { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';
import { addThreadCpu, type ThreadCpuSamples } from './thread-cpu-samples.js';
import { ANONYMOUS_NAME, isOwnScript } from './v8-frames.js';

/** What the tracker's tables of stacks tell. */
export interface Sites {
  readonly profile: StackProfile;
  /** Stacks for which there was no room. Their bytes are `(unknown)`. */
  readonly missed: number;
  readonly outlived: readonly Outlived[];
  /** How long before the last sign of life of a killed process `outlived` was noted; 0 where the process has ended by itself. */
  readonly outlivedAgeS: number;
}

/** Bytes that were born in one stage, and were still there when a call of another one, or of the same, was opened later. */
export interface Outlived {
  readonly born: string;
  readonly after: string;
  readonly bytes: number;
}

const BLOCK_TYPES: readonly SampleType[] = ['alloc_objects', 'alloc_space', 'live_objects', 'live_space', 'peak_space'];

const MAGIC = 'SPGSITES';
const VERSION = 2;

/** The members of native/tracker/stacks/stack_tables.h, by their offsets. */
const HEADER = { version: 8, rate: 16, areas: 24, places: 28 } as const;
const PLACE_BYTES = 12;
const AREAS = [
  'sites',
  'frames',
  'stages',
  'modules',
  'jsFunctions',
  'jsScripts',
  'texts',
  'outlived',
  'cpuRows',
  'cpuNames',
] as const;
type Places = Readonly<Record<(typeof AREAS)[number], Place>>;
/** After the places. */
const COUNTS = {
  sites: 0,
  stages: 8,
  epoch: 16,
  isRising: 20,
  hasEnded: 24,
  missed: 28,
  outlived: 32,
  cpuHz: 36,
  cpuNames: 40,
} as const;
/** After the counts, which begin at an offset that is no multiple of 8. */
const TIMES = { outlived: 68, alive: 84 } as const;
/** The area has two lists, of which one is in use. */
const SECOND_LIST = 2 ** 31;
const SITE = {
  allocatedBlocks: 0,
  allocatedBytes: 8,
  liveBlocks: 16,
  liveBytes: 24,
  bytesAtPeak: 32,
  endBlocks: 40,
  endBytes: 48,
  epoch: 56,
  count: 60,
  first: 64,
  stage: 68,
} as const;
const STAGE = { thread: 0, label: 8 } as const;
const MODULE = { buildId: 0, path: 8 } as const;
const OUTLIVED = { born: 0, after: 4, bytes: 8 } as const;
const CPU_ROW = { leaf: 8, site: 16, name: 20, samples: 24, periods: 32 } as const;
const CPU_NAME = { name: 0, cpuNs: 8 } as const;
const JS_FUNCTION = { name: 0, script: 8, line: 12, column: 16, nameInSource: 24 } as const;
const JS_SCRIPT = { url: 0 } as const;

const GUESSED = 2 ** 31;
const LAST = 2 ** 30;
const MODULE_SHIFT = 16;
const MODULE_MASK = 0x3fff;
/** Stands for the JS functions. */
const JS_MODULE = 0x3fff;
/** No frame: those outside of it are of the stack that queued the work. */
const INHERITED_MODULE = 0x3ffe;
const HIGH_MASK = 0xffff;

interface Place {
  readonly offset: number;
  readonly entryBytes: number;
  readonly entries: number;
}

/**
 * Reads the tables that the tracker has left in a file, or a copy of its memory. The program could have changed them.
 *
 * @param seed see `KeyTable`
 * @throws {Error} if they are damaged
 */
export function readSites(bytes: Buffer, seed: number): Sites {
  return new SitesReader(bytes, seed).read();
}

class SitesReader {
  private readonly places: Places;
  private readonly counts: number;
  private readonly profile: StackProfile;
  private readonly sources = new SourcePositions();
  private readonly frames = new Map<string, number>();
  private readonly modules = new Map<number, { readonly module: string; readonly buildId: string }>();

  constructor(
    private readonly bytes: Buffer,
    seed: number,
  ) {
    this.profile = new StackProfile(undefined, seed);
    const areas = this.u32(HEADER.areas);
    const isKnown = bytes.toString('latin1', 0, MAGIC.length) === MAGIC && this.u32(HEADER.version) === VERSION;
    if (!isKnown || areas < AREAS.length || areas > 64) throw new Error('they are not of this version');
    const places = AREAS.map((name, index) => [name, this.place(HEADER.places + index * PLACE_BYTES)] as const);
    this.places = Object.fromEntries(places) as unknown as Places;
    this.counts = HEADER.places + areas * PLACE_BYTES;
  }

  read(): Sites {
    const { profile, places } = this;
    profile.nativeRate = this.i64(HEADER.rate);
    if (profile.nativeRate > 0) {
      for (const type of BLOCK_TYPES) profile.measure(type);
      const count = Math.min(this.u32(this.counts + COUNTS.sites), places.sites.entries);
      for (let site = 0; site < count; site++) this.addSite(this.entry('sites', site));
    }
    if (this.u32(this.counts + COUNTS.cpuHz) > 0) addThreadCpu(profile, this.threadCpu());
    const areBlocks = profile.nativeRate > 0;
    return {
      profile,
      missed: this.u32(this.counts + COUNTS.missed),
      outlived: areBlocks ? this.outlived() : [],
      outlivedAgeS: areBlocks ? this.outlivedAge() : 0,
    };
  }

  private threadCpu(): ThreadCpuSamples {
    const { places } = this;
    const names = Math.min(this.u32(this.counts + COUNTS.cpuNames), places.cpuNames.entries);
    const rows = Array.from({ length: places.cpuRows.entries }, (_, row) => this.entry('cpuRows', row));
    return {
      periodNs: 1e9 / this.u32(this.counts + COUNTS.cpuHz),
      threads: Array.from({ length: names }, (_, name) => {
        const at = this.entry('cpuNames', name);
        return { name: this.text(at + CPU_NAME.name), cpuNs: this.i64(at + CPU_NAME.cpuNs) };
      }),
      samples: rows
        .filter((at) => this.i64(at + CPU_ROW.samples) > 0)
        .map((at) => ({
          ...this.cpuStack(at),
          thread: this.u32(at + CPU_ROW.name),
          count: this.i64(at + CPU_ROW.samples),
          periods: this.i64(at + CPU_ROW.periods),
        })),
    };
  }

  /** The stack and the stage of a row: the frame that was interrupted, on those that called it. */
  private cpuStack(at: number): { readonly stack: number; readonly label: string } {
    const { frames, stacks } = this.profile;
    const site = this.entry('sites', this.u32(at + CPU_ROW.site));
    const { label } = this.stageAt(this.u32(site + SITE.stage));
    const count = this.u32(site + SITE.count);
    const high = this.u32(at + CPU_ROW.leaf + 4);
    const isKnown = high !== 0 || this.u32(at + CPU_ROW.leaf) !== 0;
    const callers = count === 0 && isKnown ? NO_STACK : this.stackOf(this.u32(site + SITE.first), count);
    if (!isKnown) return { stack: callers, label };
    const inside = (high & LAST) !== 0 ? stacks.intern(callers, frames.intern(CUT)) : callers;
    return { stack: stacks.intern(inside, this.frame(at + CPU_ROW.leaf, false)), label };
  }

  private outlived(): Outlived[] {
    const taken = this.u32(this.counts + COUNTS.outlived);
    const inList = Math.floor(this.places.outlived.entries / 2);
    const first = taken >= SECOND_LIST ? inList : 0;
    return Array.from({ length: Math.min(taken % SECOND_LIST, inList) }, (_, index) => {
      const at = this.entry('outlived', first + index);
      return {
        born: this.stageAt(this.u32(at + OUTLIVED.born)).label,
        after: this.stageAt(this.u32(at + OUTLIVED.after)).label,
        bytes: this.i64(at + OUTLIVED.bytes),
      };
    });
  }

  private outlivedAge(): number {
    if (this.hasEnded()) return 0;
    const list = this.u32(this.counts + COUNTS.outlived) >= SECOND_LIST ? 8 : 0;
    const ageNs = this.f64(this.counts + TIMES.alive) - this.f64(this.counts + TIMES.outlived + list);
    return Number.isFinite(ageNs) ? Math.max(0, ageNs / 1e9) : 0;
  }

  private hasEnded(): boolean {
    return this.u32(this.counts + COUNTS.hasEnded) !== 0;
  }

  private addSite(at: number): void {
    const { profile } = this;
    const allocated = this.i64(at + SITE.allocatedBytes);
    if (allocated <= 0) return;
    const hasEnded = this.hasEnded();
    const { label, thread } = this.stageAt(this.u32(at + SITE.stage));
    const row = profile.row(label, thread, this.stackOf(this.u32(at + SITE.first), this.u32(at + SITE.count)));
    profile.add(row, 'alloc_objects', this.i64(at + SITE.allocatedBlocks));
    profile.add(row, 'alloc_space', allocated);
    profile.add(row, 'live_objects', this.i64(at + (hasEnded ? SITE.endBlocks : SITE.liveBlocks)));
    profile.add(row, 'live_space', this.i64(at + (hasEnded ? SITE.endBytes : SITE.liveBytes)));
    profile.add(row, 'peak_space', this.peakOf(at));
  }

  /** A site that has not changed since the peak had then what it has now. */
  private peakOf(at: number): number {
    const now = this.u32(this.counts + COUNTS.epoch) + this.u32(this.counts + COUNTS.isRising);
    return this.i64(at + (this.u32(at + SITE.epoch) === now ? SITE.bytesAtPeak : SITE.liveBytes));
  }

  private stageAt(stage: number): { readonly label: string; readonly thread: string } {
    const at = this.entry('stages', stage);
    return { thread: this.text(at + STAGE.thread), label: this.text(at + STAGE.label) };
  }

  private stackOf(first: number, count: number): number {
    const { stacks } = this.profile;
    if (first + count > this.places.frames.entries) throw new Error('they are damaged');
    if (count === 0) return stacks.intern(NO_STACK, this.profile.frames.intern(UNKNOWN));
    const places = Array.from({ length: count }, (_, index) => this.places.frames.offset + (first + index) * 8);
    const mark = places.findIndex((at) => this.moduleOf(at) === INHERITED_MODULE);
    if (mark === -1) return this.stackOn(NO_STACK, places, false);
    const queueing = places.slice(mark + 1);
    const inherited =
      queueing.length === 0
        ? stacks.intern(NO_STACK, this.profile.frames.intern({ ...UNKNOWN, inherited: true }))
        : this.stackOn(NO_STACK, queueing, true);
    return this.stackOn(inherited, places.slice(0, mark), false);
  }

  /** Puts frames, innermost first, inside of a stack. */
  private stackOn(outer: number, places: readonly number[], inherited: boolean): number {
    const { frames, stacks } = this.profile;
    const outermost = places.at(-1);
    const isCut = outermost !== undefined && (this.u32(outermost + 4) & LAST) !== 0;
    const inside = isCut ? stacks.intern(outer, frames.intern({ ...CUT, inherited })) : outer;
    return places.reduceRight((stack, at) => stacks.intern(stack, this.frame(at, inherited)), inside);
  }

  private moduleOf(at: number): number {
    return (this.u32(at + 4) >>> MODULE_SHIFT) & MODULE_MASK;
  }

  private frame(at: number, inherited: boolean): number {
    const high = this.u32(at + 4);
    const low = this.u32(at);
    const key = `${high} ${low} ${inherited}`;
    const known = this.frames.get(key);
    if (known !== undefined) return known;
    const frame = this.profile.frames.intern({ ...this.frameOf(high, low), inherited });
    this.frames.set(key, frame);
    return frame;
  }

  private frameOf(high: number, low: number): FrameInput {
    const guessed = high >= GUESSED;
    const module = (high >>> MODULE_SHIFT) & MODULE_MASK;
    const isModule = module === JS_MODULE || module < this.places.modules.entries;
    if (module === 0 || !isModule) return { ...UNKNOWN, guessed };
    if (module === JS_MODULE) return { ...this.jsFunction(low), guessed };
    // The call stands before the address that it returns to.
    const offset = (high & HIGH_MASK) * 2 ** 32 + low - 1;
    return { kind: 'native', guessed, offset, ...this.moduleAt(module) };
  }

  private jsFunction(number: number): FrameInput {
    if (number === 0) return { kind: 'js', name: '(JS)' };
    const at = this.entry('jsFunctions', number);
    const url = this.text(this.entry('jsScripts', this.u32(at + JS_FUNCTION.script)) + JS_SCRIPT.url);
    if (isOwnScript(url)) return { kind: 'vm', name: OWN_NAME };
    const { file, line } = this.sources.original(
      url,
      this.u32(at + JS_FUNCTION.line),
      this.u32(at + JS_FUNCTION.column),
    );
    const name = this.text(at + JS_FUNCTION.name) || this.text(at + JS_FUNCTION.nameInSource) || ANONYMOUS_NAME;
    return { kind: 'js', name, file, startLine: line, line };
  }

  private moduleAt(number: number): { readonly module: string; readonly buildId: string } {
    const known = this.modules.get(number);
    if (known !== undefined) return known;
    const at = this.entry('modules', number);
    const module = { module: this.text(at + MODULE.path), buildId: this.span(at + MODULE.buildId).toString('hex') };
    this.modules.set(number, module);
    return module;
  }

  /** Where an entry of an area is. */
  private entry(area: (typeof AREAS)[number], index: number): number {
    const { offset, entryBytes, entries } = this.places[area];
    if (index >= entries) throw new Error('they are damaged');
    return offset + index * entryBytes;
  }

  private text(at: number): string {
    return this.span(at).toString('utf8');
  }

  private span(at: number): Buffer {
    const { texts } = this.places;
    const offset = this.u32(at);
    const length = this.u32(at + 4);
    if (offset + length > texts.entries) throw new Error('they are damaged');
    return this.bytes.subarray(texts.offset + offset, texts.offset + offset + length);
  }

  private place(at: number): Place {
    const place = { offset: this.u32(at), entryBytes: this.u32(at + 4), entries: this.u32(at + 8) };
    if (place.offset + place.entryBytes * place.entries > this.bytes.length) throw new Error('they are damaged');
    return place;
  }

  private u32(at: number): number {
    if (at + 4 > this.bytes.length) throw new Error('they are damaged');
    return this.bytes.readUInt32LE(at);
  }

  private f64(at: number): number {
    if (at + 8 > this.bytes.length) throw new Error('they are damaged');
    return this.bytes.readDoubleLE(at);
  }

  /** Bytes and blocks are below 2^53. */
  private i64(at: number): number {
    return this.u32(at) + 2 ** 32 * (this.u32(at + 4) | 0);
  }
}

const UNKNOWN: FrameInput = { kind: 'unknown', name: '(unknown)' };
/** Stands outside of the outermost frame that was found. */
const CUT: FrameInput = { kind: 'unknown', name: '(caller not found)' };
