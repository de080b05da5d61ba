// One chart: uPlot, with limits as dashed lines, spans as bands, and the pointer's time shared by all.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { plain } from "../format";
import { colour, theme } from "../theme";
import { cursor, zoom } from "../time";

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
  readonly dash?: boolean;
}

export interface Band {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface Drawn {
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly unit: string;
  readonly start: number;
  readonly end: number;
  readonly bands?: readonly Band[];
  readonly low?: number;
  readonly high?: number;
}

/** Space beside the plot, the same in all charts, so that what is below each other is of one time. */
export const LEFT = 58;
export const RIGHT = 10;
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);
const FONT = "11px system-ui, sans-serif";

export function Plot({ drawn, height, hovered }: { drawn: Drawn; height: number; hovered: (at: number | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(drawn);
  latest.current = drawn;
  const shape = drawn.lines.map((line) => `${line.label}\u0000${line.colour}\u0000${line.dash}`).join("\u0001");
  const tone = theme.value;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(options(latest, element.clientWidth, height, hovered), data(latest.current), element);
    plot.current = made;
    const watch = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height });
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape, tone, height, drawn.unit]);

  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(data(drawn), false);
      plot.current?.setScale("x", { min: drawn.start, max: drawn.end });
    });
  }, [drawn]);

  return <div class="plot" ref={box} style={{ height: `${height}px` }} aria-hidden="true" />;
}

function data(drawn: Drawn): uPlot.AlignedData {
  return [drawn.times as number[], ...drawn.lines.map((line) => line.values as (number | null)[])];
}

function bounds(drawn: Drawn): [number, number] {
  let low = drawn.low ?? Number.POSITIVE_INFINITY;
  let high = drawn.high ?? Number.NEGATIVE_INFINITY;
  for (const line of drawn.lines)
    for (const value of line.values)
      if (value !== null) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, low), high * 1.2];
  const room = (high - low) * 0.06;
  return [drawn.low !== undefined && low >= drawn.low ? drawn.low : low - room, drawn.high !== undefined && high <= drawn.high ? drawn.high : high + room];
}

function options(latest: { current: Drawn }, width: number, height: number, hovered: (at: number | null) => void): uPlot.Options {
  const muted = colour("muted");
  const line = colour("hair");
  const unit = latest.current.unit;
  return {
    width,
    height,
    padding: [8, RIGHT, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: "console", scales: ["x", null] },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      y: false,
    },
    scales: {
      x: { time: true, range: () => [latest.current.start, latest.current.end] },
      y: { range: () => bounds(latest.current) },
    },
    axes: [
      { stroke: muted, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false }, size: 24, gap: 4, space: 64, values: (_, times) => times.map((time) => ticked(time, latest.current)) },
      { stroke: muted, font: FONT, grid: { stroke: line, width: 1 }, ticks: { show: false }, size: LEFT, gap: 6, space: 32, ...(unit === "bytes" ? { incrs: BINARY } : {}), values: (_, values) => values.map((value) => plain(value, unit)) },
    ],
    series: [
      {},
      ...latest.current.lines.map((each) => ({
        label: each.label,
        stroke: each.colour,
        width: each.dash ? 1.2 : 1.6,
        ...(each.dash ? { dash: [5, 4] } : {}),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: {
      drawClear: [(plot) => shaded(plot, latest.current.bands ?? [])],
      setCursor: [
        (plot) => {
          const at = plot.cursor.idx ?? null;
          hovered(at);
          cursor.value = plot.cursor.left !== undefined && plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, "x") : null;
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          zoom(plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x"));
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function ticked(time: number, drawn: Drawn): string {
  const at = new Date(time * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  if (drawn.end - drawn.start > 4 * 86400 || (at.getHours() === 0 && at.getMinutes() === 0)) return `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return drawn.end - drawn.start < 300 ? `${clock}:${two(at.getSeconds())}` : clock;
}

function shaded(plot: uPlot, bands: readonly Band[]): void {
  const { ctx: context, bbox } = plot;
  context.save();
  context.fillStyle = colour("band");
  for (const band of bands) {
    const left = Math.max(bbox.left, plot.valToPos(band.start, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(band.end, "x", true));
    if (right > left) context.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  context.restore();
}
