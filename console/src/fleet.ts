// The fleet as the server's stream tells it: the order of GPUs once, then a byte per GPU and measure.
import { computed, signal } from "@preact/signals";
import { get, Refused } from "./api";
import { type Session, type State, STATES, type Status, type Summary } from "./model";

export const MISSING = 255;
const STEPS = 254;

export interface Gpu {
  readonly at: number;
  readonly uuid: string;
  readonly node: string;
  readonly gpu: string;
  readonly model: string;
  readonly rack: string;
  readonly cluster: string;
}

export interface Index {
  readonly tag: string;
  readonly gpus: readonly Gpu[];
  readonly byUuid: ReadonlyMap<string, Gpu>;
  readonly byNode: ReadonlyMap<string, readonly Gpu[]>;
}

export interface Frame {
  readonly index: string;
  readonly low: number;
  readonly high: number;
  readonly data: Uint8Array;
}

interface Column {
  readonly names: readonly string[];
  readonly of: readonly number[];
}
type Columns = { readonly tag: string; readonly uuid: readonly string[] } & Readonly<Record<"node" | "gpu" | "model" | "rack" | "cluster", Column>>;

export const session = signal<Session | null>(null);
export const index = signal<Index | null>(null);
export const frames = signal<ReadonlyMap<string, Frame>>(new Map());
export const summary = signal<Summary | null>(null);
export const status = signal<Status | null>(null);
/** Whether the stream is open; the server may answer while Prometheus does not. */
export const connected = signal(true);
export const failure = signal<Refused | null>(null);

export const health = computed(() => frames.value.get("health"));

function unpacked(text: string): Uint8Array {
  const bytes = atob(text);
  const data = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) data[at] = bytes.charCodeAt(at);
  return data;
}

let asking = false;
/** The order of GPUs, unless it is known; without a tag whichever there is, before the stream tells. */
export async function learn(tag = ""): Promise<void> {
  if (asking || (tag && index.value?.tag === tag)) return;
  asking = true;
  try {
    const told = await get<Columns>("api/v1/index");
    const name = (column: Column, at: number) => column.names[column.of[at] ?? 0] ?? "";
    const gpus = told.uuid.map((uuid, at) => ({
      at,
      uuid,
      node: name(told.node, at),
      gpu: name(told.gpu, at),
      model: name(told.model, at),
      rack: name(told.rack, at),
      cluster: name(told.cluster, at),
    }));
    const byNode = new Map<string, Gpu[]>();
    for (const gpu of gpus) {
      const there = byNode.get(gpu.node);
      if (there) there.push(gpu);
      else byNode.set(gpu.node, [gpu]);
    }
    index.value = { tag: told.tag, gpus, byUuid: new Map(gpus.map((gpu) => [gpu.uuid, gpu])), byNode };
  } catch (error) {
    if (tag && error instanceof Refused) failure.value = error;
  } finally {
    asking = false;
  }
}

function take<T>(event: Event): T {
  return JSON.parse((event as MessageEvent<string>).data) as T;
}

let stream: EventSource | null = null;

export function listen(): void {
  stream?.close();
  stream = new EventSource(new URL("api/v1/stream", document.baseURI));
  let fresh: Map<string, Frame> | null = null;
  stream.addEventListener("frame", (event) => {
    const told = take<{ key: string; index: string; low: number; high: number; data: string }>(event);
    // All measures of one look come together: the page is drawn once for them.
    if (!fresh) {
      fresh = new Map(frames.value);
      setTimeout(() => {
        if (fresh) frames.value = fresh;
        fresh = null;
      });
    }
    fresh.set(told.key, { index: told.index, low: told.low, high: told.high, data: unpacked(told.data) });
    void learn(told.index);
  });
  stream.addEventListener("summary", (event) => (summary.value = take<Summary>(event)));
  stream.addEventListener("status", (event) => {
    status.value = take<Status>(event);
    connected.value = true;
    failure.value = null;
  });
  stream.addEventListener("open", () => (connected.value = true));
  stream.addEventListener("error", () => {
    connected.value = false;
    if (stream?.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}

/** A GPU's value of a measure; null where there is none. */
export function valueOf(key: string, at: number): number | null {
  const frame = frames.value.get(key);
  const byte = frame && frame.index === index.value?.tag ? frame.data[at] : undefined;
  if (!frame || byte === undefined || byte === MISSING) return null;
  const step = (frame.high - frame.low) / STEPS;
  const told = resolution(step);
  return Math.round((frame.low + step * byte) / told) * told;
}

/** No more digits than a byte can tell: the next of 1, 2, 5, 10 … that is not below its step. */
function resolution(step: number): number {
  const size = 10 ** Math.floor(Math.log10(step));
  return size * ([1, 2, 5].find((each) => each * size >= step) ?? 10);
}

export function stateOf(at: number): State {
  const frame = health.value;
  const byte = frame && frame.index === index.value?.tag ? frame.data[at] : undefined;
  return STATES[byte ?? 1] ?? "unread";
}

export function gpuName(gpu: Pick<Gpu, "gpu" | "node">): string {
  return `${gpu.node} · GPU ${gpu.gpu}`;
}
