// A chart with its title, its numbers, and where they come from.
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { get } from "../api";
import { NONE, plain, when } from "../format";
import type { Labels, Ranged } from "../model";
import { colour, theme } from "../theme";
import { range } from "../time";
import { PromQL } from "../ui/promql";
import { Empty, Failure, Loading } from "../ui/states";
import { type Band, type Drawn, type Line, Plot } from "./plot";

export interface Ask {
  readonly promql: string;
  readonly label: string | ((labels: Labels) => string);
  readonly dash?: boolean;
  readonly tone?: string;
}

interface Props {
  readonly title: string;
  readonly unit: string;
  readonly asks: readonly Ask[];
  readonly help?: string;
  readonly height?: number;
  readonly low?: number;
  readonly high?: number;
  readonly bands?: readonly Band[];
  readonly missing?: string;
  /** So many lines have a legend; of more than that it is the span of all. */
  readonly named?: number;
  readonly children?: ComponentChildren;
}

const POINTS = 300;
const TONES = 8;

export function tone(at: number): string {
  return colour(`line-${(at % TONES) + 1}`);
}

interface Answer {
  readonly of: string;
  readonly ranges: readonly Ranged[];
  readonly error: unknown;
}

export function useRanges(asks: readonly Ask[]): { answer: Answer | null; again: () => void } {
  const { start, end } = range.value;
  const key = asks.map((ask) => ask.promql).join("\u0001");
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const step = Math.max(1, Math.ceil((end - start) / POINTS));
    Promise.all(asks.map((ask) => get<Ranged>("api/v1/range", { query: ask.promql, start, end, step }, stop.signal))).then(
      (ranges) => setAnswer({ of: key, ranges, error: null }),
      (error: unknown) => {
        if (!stop.signal.aborted) setAnswer((was) => ({ of: key, ranges: was?.of === key ? was.ranges : [], error }));
      },
    );
    return () => stop.abort();
  }, [key, start, end, turn]);
  return { answer: answer?.of === key ? answer : null, again: () => setTurn(turn + 1) };
}

export function Panel({ title, unit, asks, help, height = 150, low, high, bands, missing, named = 12, children }: Props) {
  const { answer, again } = useRanges(asks);
  const [at, setAt] = useState<number | null>(null);
  const hovered = useCallback((place: number | null) => setAt(place), []);
  const tint = theme.value;
  const drawn = useMemo<Drawn | null>(() => {
    if (!answer || answer.ranges.length === 0) return null;
    const lines = linesOf(answer.ranges, asks);
    const first = answer.ranges[0] as Ranged;
    const times = Array.from({ length: first.count }, (_, place) => first.start + place * first.step);
    return {
      times, lines, unit,
      start: range.value.start, end: range.value.end,
      ...(bands ? { bands } : {}), ...(low !== undefined ? { low } : {}), ...(high !== undefined ? { high } : {}),
    };
  }, [answer, bands, tint, unit]);
  const left = answer?.ranges.reduce((sum, each) => sum + each.left_out, 0) ?? 0;
  const full = drawn && drawn.lines.some((line) => line.values.some((value) => value !== null));
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2 title={help}>{title}</h2>
        <span class="legend">{full && drawn.lines.length <= 2 && <Numbers drawn={drawn} at={at} named={named} />}</span>
        {at !== null && full && <time class="muted">{when(drawn.times[at] ?? 0)}</time>}
        <PromQL of={title} expressions={asks.map((ask) => ask.promql)} />
      </header>
      {full ? (
        <Plot drawn={drawn} height={height} hovered={hovered} />
      ) : answer?.error ? (
        <Failure error={answer.error} what={title} again={again} />
      ) : answer ? (
        <Empty title="No data in this range" tall={height}>
          {missing ?? "The exporter does not tell it, or nothing was there yet."}
        </Empty>
      ) : (
        <Loading what={title} tall={height} />
      )}
      {full && drawn.lines.length > 2 && (
        <div class="legend below">
          <Numbers drawn={drawn} at={at} named={named} />
        </div>
      )}
      {children}
      {left > 0 && <p class="note">{left} more series are left out.</p>}
      {full && answer?.error ? <p class="note">The newest could not be asked for; this is what was known.</p> : null}
    </section>
  );
}

function linesOf(ranges: readonly Ranged[], asks: readonly Ask[]): Line[] {
  const lines: Line[] = [];
  let number = 0;
  ranges.forEach((answer, place) => {
    const ask = asks[place];
    if (!ask) return;
    const label = ask.label;
    const series = answer.series.map((each) => ({ label: typeof label === "string" ? label : label(each.labels), values: each.values }));
    series.sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }));
    for (const each of series) {
      const dash = ask.dash === true;
      lines.push({ ...each, dash, colour: ask.tone ? colour(ask.tone) : dash ? colour("limit") : tone(number) });
      if (!dash && !ask.tone) number++;
    }
  });
  return lines;
}

function Numbers({ drawn, at, named }: { drawn: Drawn; at: number | null; named: number }) {
  if (drawn.lines.length > named) {
    const values = drawn.lines.map((line) => valueAt(line, at)).filter((value): value is number => value !== null);
    const span = values.length ? `${plain(Math.min(...values), drawn.unit)} – ${plain(Math.max(...values), drawn.unit)}` : NONE;
    return (
      <span class="entry">
        {drawn.lines.length} lines <b>{span}</b>
      </span>
    );
  }
  return (
    <>
      {drawn.lines.map((line) => (
        <span class="entry" key={line.label}>
          <i class={line.dash ? "dash" : ""} style={{ background: line.dash ? "none" : line.colour, borderColor: line.colour }} />
          {line.label} <b>{plain(valueAt(line, at), drawn.unit)}</b>
        </span>
      ))}
    </>
  );
}

/** Under the pointer, or the newest that there is. */
function valueAt(line: Line, at: number | null): number | null {
  if (at !== null) return line.values[at] ?? null;
  for (let place = line.values.length - 1; place >= Math.max(0, line.values.length - 4); place--) {
    const value = line.values[place];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
