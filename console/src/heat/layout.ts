// Where each GPU's cell stands. All cells are on one grid, so that a picture of one pixel a cell can be
// scaled up; groups are kept apart by cells that stay empty.
import type { Gpu } from "../fleet";

export type Grouping = "rack" | "model" | "none";

export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly cells: number;
  readonly node: boolean;
}

export interface Layout {
  readonly pitch: number;
  readonly columns: number;
  readonly rows: number;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
  readonly labels: readonly Label[];
  readonly at: Int32Array;
}

interface Block {
  readonly name: string;
  readonly nodes: readonly (readonly Gpu[])[];
}

const LARGEST = 26;
const SMALLEST = 4;
const LABELLED = 9;
const NODES_NAMED = 14;
const ACROSS = 16;
const STACKED = 16;
const LINE = 16;
const LETTER = 6.4;

export function blocks(gpus: readonly Gpu[], grouping: Grouping): Block[] {
  const groups = new Map<string, Map<string, Gpu[]>>();
  for (const gpu of gpus) {
    const name = grouping === "none" ? "" : grouping === "model" ? gpu.model : [gpu.cluster, gpu.rack].filter(Boolean).join(" / ");
    let nodes = groups.get(name);
    if (!nodes) groups.set(name, (nodes = new Map()));
    const node = nodes.get(gpu.node);
    if (node) node.push(gpu);
    else nodes.set(gpu.node, [gpu]);
  }
  return [...groups].map(([name, nodes]) => ({ name, nodes: [...nodes.values()] }));
}

export function arranged(groups: readonly Block[], total: number, width: number, height: number): Layout {
  // Beyond it not even the cells alone would fit.
  const most = Math.min(LARGEST, Math.floor(Math.sqrt((width * height) / Math.max(1, total))));
  for (let pitch = most; pitch > SMALLEST; pitch--) {
    const layout = placed(groups, total, width, pitch);
    if (layout.rows * pitch <= height) return layout;
  }
  return placed(groups, total, width, SMALLEST);
}

function placed(groups: readonly Block[], total: number, width: number, pitch: number): Layout {
  const columns = Math.max(ACROSS + 1, Math.floor(width / pitch));
  const gap = pitch >= LABELLED ? 1 : 1;
  const head = pitch >= LABELLED && groups.some((group) => group.name) ? Math.ceil(LINE / pitch) : 0;
  const longest = Math.max(0, ...groups.flatMap((group) => group.nodes.map((node) => node[0]?.node.length ?? 0)));
  const wanted = pitch >= NODES_NAMED ? Math.ceil((longest * LETTER + 8) / pitch) : 0;
  const names = wanted + ACROSS / 2 < columns / 2 ? wanted : 0;
  const x = new Uint16Array(total);
  const y = new Uint16Array(total);
  const labels: Label[] = [];
  let left = 0;
  let top = 0;
  let tallest = 0;
  for (const group of groups) {
    const across = Math.min(ACROSS, Math.max(...group.nodes.map((node) => node.length)));
    const heights = group.nodes.map((node) => Math.ceil(node.length / across));
    const stacks = stacked(heights, Math.max(1, Math.floor((columns + gap) / (across + names + gap))));
    const wide = stacks.length * (across + names + gap) - gap;
    const tall = head + Math.max(...stacks.map((stack) => stack.tall));
    if (left > 0 && left + wide > columns) {
      left = 0;
      top += tallest + gap;
      tallest = 0;
    }
    if (head) labels.push({ text: group.name || "no rack", x: left, y: top, cells: wide, node: false });
    let at = left;
    let number = 0;
    for (const stack of stacks) {
      let row = top + head;
      for (let many = 0; many < stack.count; many++, number++) {
        const node = group.nodes[number] ?? [];
        if (names) labels.push({ text: node[0]?.node ?? "", x: at, y: row, cells: names, node: true });
        node.forEach((gpu, place) => {
          x[gpu.at] = at + names + (place % across);
          y[gpu.at] = row + Math.floor(place / across);
        });
        row += heights[number] ?? 1;
      }
      at += across + names + gap;
    }
    left += wide + gap + (head ? 1 : 0);
    tallest = Math.max(tallest, tall);
  }
  const rows = Math.max(1, top + tallest);
  const cells = new Int32Array(columns * rows).fill(-1);
  for (let gpu = 0; gpu < total; gpu++) cells[(y[gpu] ?? 0) * columns + (x[gpu] ?? 0)] = gpu;
  return { pitch, columns, rows, x, y, labels, at: cells };
}

/** Nodes below each other, in as many stacks as keep them low, and no more than there is room for. */
function stacked(heights: readonly number[], most: number): { count: number; tall: number }[] {
  const sum = heights.reduce((a, b) => a + b, 0);
  const limit = Math.max(STACKED, Math.ceil(sum / most), ...heights);
  const stacks: { count: number; tall: number }[] = [];
  for (const height of heights) {
    const last = stacks[stacks.length - 1];
    if (last && last.tall + height <= limit) {
      last.count++;
      last.tall += height;
    } else stacks.push({ count: 1, tall: height });
  }
  return stacks.length ? stacks : [{ count: 0, tall: 1 }];
}
