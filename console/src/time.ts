// The range that is looked at: the last hour and going on, or a piece of the past.
import { computed, signal } from "@preact/signals";
import { place, turn } from "./router";

export const PRESETS: readonly (readonly [string, number])[] = [
  ["15m", 900],
  ["1h", 3600],
  ["6h", 21600],
  ["24h", 86400],
  ["7d", 604800],
  ["30d", 2592000],
];
const DEFAULT = "1h";

export interface Range {
  readonly start: number;
  readonly end: number;
  /** Whether it ends now, and goes on. */
  readonly live: boolean;
  readonly name: string;
}

const now = signal(Date.now() / 1000);
export const second = signal(Date.now() / 1000);
setInterval(() => (second.value = Date.now() / 1000), 1000);

const fixed = computed(() => {
  const from = Number(place.value.query.get("from"));
  const to = Number(place.value.query.get("to"));
  return from > 0 && to > from ? ([from, to] as const) : null;
});
const preset = computed(() => {
  const said = place.value.query.get("range") ?? DEFAULT;
  return PRESETS.find(([name]) => name === said) ?? (PRESETS[1] as readonly [string, number]);
});

export const range = computed<Range>(() => {
  if (fixed.value) return { start: fixed.value[0], end: fixed.value[1], live: false, name: "" };
  const [name, seconds] = preset.value;
  return { start: now.value - seconds, end: now.value, live: true, name };
});

const PAUSES: Readonly<Record<string, number>> = { "15m": 5, "1h": 10, "6h": 30 };
let passed = 0;
setInterval(() => {
  passed++;
  if (range.value.live && !document.hidden && passed >= (PAUSES[range.value.name] ?? 60)) {
    passed = 0;
    now.value = Date.now() / 1000;
  }
}, 1000);

export function choose(name: string): void {
  now.value = Date.now() / 1000;
  turn({ range: name === DEFAULT ? "" : name, from: "", to: "" });
}

export function zoom(start: number, end: number): void {
  if (end - start >= 30) turn({ from: String(Math.floor(start)), to: String(Math.ceil(end)), range: "" });
}

/** The time that the pointer is at in any chart; the timeline shows it too. */
export const cursor = signal<number | null>(null);
