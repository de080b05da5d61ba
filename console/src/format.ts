// Numbers for people: grouped by thin spaces, with the unit apart, and a dash for what is not known.
const THIN = "\u202f";
export const NONE = "–";

export interface Shown {
  readonly text: string;
  readonly unit: string;
}

export function grouped(value: number, digits = 0): string {
  const [whole = "0", part] = Math.abs(value).toFixed(digits).split(".");
  const words = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole;
  return (value < 0 && Number(value.toFixed(digits)) !== 0 ? "−" : "") + words + (part ? `.${part}` : "");
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

function scaled(value: number, steps: readonly string[], base: number): Shown {
  let at = 0;
  let size = Math.abs(value);
  while (size >= base && at < steps.length - 1) {
    size /= base;
    at++;
  }
  const digits = at === 0 ? (size < 10 && size % 1 ? 2 : 0) : size < 10 ? 2 : size < 100 ? 1 : 0;
  return { text: grouped(Math.sign(value) * size, digits), unit: steps[at] ?? "" };
}

export function shown(value: number | null | undefined, unit: string): Shown {
  if (value === null || value === undefined || Number.isNaN(value)) return { text: NONE, unit: "" };
  switch (unit) {
    case "ratio": {
      const percent = value * 100;
      return { text: grouped(percent, percent !== 0 && Math.abs(percent) < 1 ? 1 : 0), unit: "%" };
    }
    case "celsius":
      return { text: grouped(value), unit: "°C" };
    case "watts":
      return scaled(value, ["W", "kW", "MW"], value >= 10000 ? 1000 : 1e12);
    case "bytes":
      return scaled(value, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], 1024);
    case "bytes_per_second":
      return scaled(value, ["B/s", "kB/s", "MB/s", "GB/s", "TB/s"], 1000);
    case "hertz":
      return { text: grouped(value / 1e6), unit: "MHz" };
    case "seconds":
      return value !== 0 && Math.abs(value) < 1 ? { text: grouped(value * 1000, value < 0.01 ? 1 : 0), unit: "ms" } : { text: grouped(value, value < 10 ? 2 : 0), unit: "s" };
    case "per_minute":
      return { text: grouped(value, value < 10 ? 1 : 0), unit: "/min" };
    case "gpus":
      return { text: grouped(value, value % 1 ? 1 : 0), unit: "" };
    default: {
      const size = Math.abs(value);
      if (size >= 1e6) return scaled(value, ["", "k", "M", "G", "T", "P"], 1000);
      return { text: grouped(value, value % 1 ? (size < 1 ? 3 : 2) : 0), unit: "" };
    }
  }
}

export function plain(value: number | null | undefined, unit: string): string {
  const { text, unit: said } = shown(value, unit);
  return said ? `${text}${THIN}${said}` : text;
}

export function span(seconds: number): string {
  const size = Math.max(0, Math.round(seconds));
  if (size < 60) return `${size}${THIN}s`;
  if (size < 3600) return `${Math.floor(size / 60)}${THIN}min`;
  if (size < 86400) {
    const minutes = Math.floor((size % 3600) / 60);
    return `${Math.floor(size / 3600)}${THIN}h${minutes ? ` ${minutes}${THIN}min` : ""}`;
  }
  const hours = Math.floor((size % 86400) / 3600);
  return `${Math.floor(size / 86400)}${THIN}d${hours ? ` ${hours}${THIN}h` : ""}`;
}

const two = (value: number) => String(value).padStart(2, "0");

export function clock(seconds: number, withSeconds = false): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}${withSeconds ? `:${two(at.getSeconds())}` : ""}`;
}

export function stamp(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(seconds, true)}`;
}

export function when(seconds: number): string {
  const at = new Date(seconds * 1000);
  return at.toDateString() === new Date().toDateString() ? clock(seconds) : stamp(seconds).slice(5, 16);
}
