// Every GPU, one cell each. The picture has one pixel a cell and is scaled; above it lie the gaps, the
// names and marks, and the cell that the pointer or the keyboard is at.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Frame, type Gpu, gpuName, type Index, MISSING, session, stateOf, valueOf } from "../fleet";
import { plain } from "../format";
import { STATE_TITLES } from "../model";
import { go, view } from "../router";
import { colour, theme } from "../theme";
import { arranged, blocks, type Grouping, type Layout } from "./layout";
import { painted, palette } from "./ramp";
import { Tip } from "./tip";

interface Props {
  readonly index: Index;
  readonly frame: Frame;
  readonly health: Frame | undefined;
  readonly measure: string;
  readonly grouping: Grouping;
}

const TALLEST = 460;
const MARKED = 3;
const STEPS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function HeatMap({ index, frame, health, measure, grouping }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number | null>(null);
  const [keyed, setKeyed] = useState(false);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const groups = useMemo(() => blocks(index.gpus, grouping), [index, grouping]);
  const layout = useMemo(() => (width ? arranged(groups, index.gpus.length, width, TALLEST) : null), [groups, width]);
  const gpu = at === null ? undefined : index.gpus[at];
  const choose = (next: number | null, byKey: boolean) => {
    setAt(next);
    setKeyed(byKey);
  };
  const open = (which: Gpu | undefined) => which && go(view(["gpu", which.uuid]));

  const key = (event: KeyboardEvent) => {
    if (!layout) return;
    const step = STEPS[event.key];
    if (step) choose(stepped(layout, at, step), true);
    else if (event.key === "Home") choose(0, true);
    else if (event.key === "End") choose(index.gpus.length - 1, true);
    else if (event.key === "Enter") open(gpu);
    else if (event.key === "Escape") choose(null, true);
    else if (event.key === "n") choose(nextAlarm(health, at), true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const point = (event: MouseEvent): number | null => {
    if (!layout) return null;
    const place = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = Math.floor((event.clientX - place.left) / layout.pitch);
    const y = Math.floor((event.clientY - place.top) / layout.pitch);
    const found = x >= 0 && x < layout.columns ? layout.at[y * layout.columns + x] : undefined;
    return found === undefined || found < 0 ? null : found;
  };

  return (
    <div class="heat" ref={box}>
      {layout && (
        <div
          class="map"
          role="application"
          aria-roledescription="heat map"
          aria-label={`${index.gpus.length} GPUs by ${measure}. Arrow keys move, Enter opens a GPU, N goes to the next alarm.`}
          tabIndex={0}
          style={{ width: `${layout.columns * layout.pitch}px`, height: `${layout.rows * layout.pitch}px` }}
          onKeyDown={key}
          onMouseMove={(event) => choose(point(event), false)}
          onMouseLeave={() => !keyed && setAt(null)}
          onBlur={() => setAt(null)}
          onClick={(event) => {
            const found = point(event);
            if (found !== null) open(index.gpus[found]);
          }}
        >
          <Picture layout={layout} frame={frame} measure={measure} tag={index.tag} />
          <div class="grid" style={{ "--pitch": `${layout.pitch}px`, display: layout.pitch < 5 ? "none" : "block" }} />
          <Marks layout={layout} health={health} frame={frame} tag={index.tag} />
          {gpu && <div class="at" style={{ left: `${(layout.x[gpu.at] ?? 0) * layout.pitch}px`, top: `${(layout.y[gpu.at] ?? 0) * layout.pitch}px`, width: `${layout.pitch}px`, height: `${layout.pitch}px` }} />}
        </div>
      )}
      {gpu && layout && <Tip gpu={gpu} layout={layout} measure={measure} map={box.current?.firstElementChild} />}
      <div class="offscreen" aria-live="polite">
        {gpu && keyed ? spoken(gpu, measure) : ""}
      </div>
    </div>
  );
}

function spoken(gpu: Gpu, measure: string): string {
  const said = session.value?.measures.find((each) => each.key === measure);
  const value = said ? `, ${said.title} ${plain(valueOf(said.key, gpu.at), said.unit)}` : "";
  return `${gpuName(gpu)}, ${STATE_TITLES[stateOf(gpu.at)]}${value}`;
}

function stepped(layout: Layout, at: number | null, [right, down]: readonly [number, number]): number {
  if (at === null) return 0;
  let x = layout.x[at] ?? 0;
  let y = layout.y[at] ?? 0;
  for (;;) {
    x += right;
    y += down;
    if (x < 0 || y < 0 || x >= layout.columns || y >= layout.rows) return at;
    const found = layout.at[y * layout.columns + x] ?? -1;
    if (found >= 0) return found;
  }
}

function nextAlarm(health: Frame | undefined, at: number | null): number | null {
  if (!health) return at;
  const many = health.data.length;
  for (const least of [MARKED + 1, MARKED])
    for (let step = 1; step <= many; step++) {
      const place = ((at ?? -1) + step) % many;
      if ((health.data[place] ?? 0) >= least) return place;
    }
  return at;
}

function Picture({ layout, frame, measure, tag }: { layout: Layout; frame: Frame; measure: string; tag: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useMemo(() => palette(measure, theme.value), [measure, theme.value]);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || frame.index !== tag) return;
    const began = performance.now();
    context.putImageData(painted(frame, colours, layout.x, layout.y, layout.columns, layout.rows), 0, 0);
    performance.measure("heat-map", { start: began, end: performance.now() });
  }, [layout, frame, colours, tag]);
  return <canvas ref={canvas} class="cells" width={layout.columns} height={layout.rows} aria-hidden="true" />;
}

/** Names of racks and nodes, and a shape for each GPU that needs somebody. */
function Marks({ layout, health, frame, tag }: { layout: Layout; health: Frame | undefined; frame: Frame; tag: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [scale] = useState(Math.max(1, devicePixelRatio));
  const { pitch, columns, rows } = layout;
  const dark = theme.value;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, columns * pitch, rows * pitch);
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = "middle";
    for (const label of layout.labels) {
      context.fillStyle = colour("muted");
      const high = label.node ? pitch : Math.ceil(16 / pitch) * pitch;
      context.fillText(fitted(context, label.text, label.cells * pitch - 4), label.x * pitch, label.y * pitch + high / 2);
    }
    if (!health || health.index !== tag) return;
    const size = Math.max(9, Math.min(14, pitch - 4));
    for (let at = 0; at < health.data.length; at++) {
      const state = health.data[at] ?? 0;
      const x = (layout.x[at] ?? 0) * pitch + pitch / 2;
      const y = (layout.y[at] ?? 0) * pitch + pitch / 2;
      if (frame.data[at] === MISSING) absent(context, x, y, pitch);
      if (state === 4) diamond(context, x, y, size);
      else if (state === 3 && pitch >= 9) triangle(context, x, y, Math.min(size, pitch - 3));
      else if (state === 2 && pitch >= 9) ring(context, x, y, Math.min(size, pitch - 3));
    }
  }, [layout, health, frame, tag, dark, scale]);
  return <canvas ref={canvas} class="marks" width={Math.round(columns * pitch * scale)} height={Math.round(rows * pitch * scale)} style={{ width: `${columns * pitch}px`, height: `${rows * pitch}px` }} aria-hidden="true" />;
}

function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let short = text;
  while (short && context.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return short ? `${short}…` : "";
}

/** No value is no colour: a cell that is empty, and struck through. */
function absent(context: CanvasRenderingContext2D, x: number, y: number, pitch: number): void {
  const half = pitch / 2 - 1;
  context.strokeStyle = colour("edge");
  context.lineWidth = 1;
  context.beginPath();
  context.rect(x - half + 0.5, y - half + 0.5, 2 * half - 0.5, 2 * half - 0.5);
  context.moveTo(x - half, y + half);
  context.lineTo(x + half, y - half);
  context.stroke();
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  const half = size / 2;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x + half, y);
  context.lineTo(x, y + half);
  context.lineTo(x - half, y);
  context.closePath();
  context.fillStyle = colour("surface");
  context.strokeStyle = colour("critical");
  context.lineWidth = 2.2;
  context.fill();
  context.stroke();
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  const half = size / 2;
  context.beginPath();
  context.moveTo(x, y - half * 0.8);
  context.lineTo(x + half * 0.9, y + half * 0.7);
  context.lineTo(x - half * 0.9, y + half * 0.7);
  context.closePath();
  context.fillStyle = colour("surface");
  context.globalAlpha = 0.9;
  context.fill();
  context.globalAlpha = 1;
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  context.beginPath();
  context.arc(x, y, size / 3, 0, 2 * Math.PI);
  context.strokeStyle = colour("surface");
  context.lineWidth = 1.5;
  context.stroke();
}
