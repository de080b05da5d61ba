// Colours of cells. Ramps go by lightness, so that they are read with any eyes and in print.
import type { Frame } from "../fleet";
import { MISSING } from "../fleet";

type Rgb = readonly [number, number, number];

const RAMPS: Readonly<Record<string, Readonly<Record<"light" | "dark", readonly string[]>>>> = {
  blue: {
    light: ["#e6edf4", "#b5cfe6", "#6fa6d3", "#2f73b0", "#0c3f78"],
    dark: ["#1b2733", "#22466a", "#2f72ad", "#67aee0", "#d3ebff"],
  },
  orange: {
    light: ["#f7efe4", "#f3cd97", "#e0913f", "#b35a09", "#602d03"],
    dark: ["#2a2118", "#613712", "#aa5d14", "#e79d49", "#ffe6bf"],
  },
  purple: {
    light: ["#efecf4", "#cfc3e2", "#9d84c4", "#6d4a9e", "#3b1d68"],
    dark: ["#231f2e", "#432f68", "#7150a6", "#ab8ddb", "#e9dcff"],
  },
};
const OF: Readonly<Record<string, string>> = { temperature: "orange", power: "orange", waste: "purple" };

const STATE_COLOURS: Readonly<Record<"light" | "dark", readonly string[]>> = {
  // well, unread, silenced, warning, critical
  light: ["#b9d3cb", "#dcdcd8", "#a9adb3", "#e0a100", "#c8321e"],
  dark: ["#31564d", "#33373b", "#70767d", "#d99a1c", "#f0563c"],
};

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function stops(measure: string, theme: "light" | "dark"): readonly string[] {
  return (RAMPS[OF[measure] ?? "blue"] ?? RAMPS["blue"])?.[theme] ?? [];
}

export function stateColour(state: number, theme: "light" | "dark"): string {
  return STATE_COLOURS[theme][state] ?? "#888888";
}

/** 256 colours as a picture's pixels want them; the last, of what is missing, is seen through. */
export function palette(measure: string, theme: "light" | "dark"): Uint32Array {
  const colours = new Uint32Array(256);
  const put = (at: number, [red, green, blue]: Rgb) => {
    colours[at] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  };
  if (measure === "health") {
    STATE_COLOURS[theme].forEach((hex, state) => put(state, rgb(hex)));
    return colours;
  }
  const ramp = stops(measure, theme).map(rgb);
  for (let at = 0; at < MISSING; at++) {
    const place = (at / (MISSING - 1)) * (ramp.length - 1);
    const low = ramp[Math.floor(place)] as Rgb;
    const high = ramp[Math.min(ramp.length - 1, Math.floor(place) + 1)] as Rgb;
    const part = place % 1;
    put(at, [0, 1, 2].map((channel) => Math.round((low[channel] ?? 0) * (1 - part) + (high[channel] ?? 0) * part)) as unknown as Rgb);
  }
  return colours;
}

export function painted(frame: Frame, colours: Uint32Array, x: Uint16Array, y: Uint16Array, columns: number, rows: number): ImageData {
  const picture = new ImageData(columns, rows);
  const pixels = new Uint32Array(picture.data.buffer);
  const { data } = frame;
  for (let at = 0; at < data.length; at++) pixels[(y[at] ?? 0) * columns + (x[at] ?? 0)] = colours[data[at] ?? MISSING] ?? 0;
  return picture;
}
