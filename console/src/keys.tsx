// The keyboard: / searches, g and a letter goes, j and k move along rows, ? says so.
import { signal } from "@preact/signals";
import { go, view } from "./router";
import { PAGES, searching } from "./search";
import { toggle } from "./theme";
import { Dialog } from "./ui/dialog";

export const helping = signal(false);

let waiting = 0;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (rows.length === 0) return;
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, now < 0 ? (by > 0 ? 0 : rows.length - 1) : now + by))];
  const target = next?.querySelector<HTMLElement>("a, button");
  target?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function listen(): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    const led = performance.now() - waiting < 1500;
    waiting = 0;
    const page = led ? PAGES.find(([key]) => key === event.key) : undefined;
    if (page) go(view(page[2] ? [page[2]] : []));
    else if (event.key === "/") searching.value = true;
    else if (event.key === "?") helping.value = true;
    else if (event.key === "g") waiting = performance.now();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "t") toggle();
    else return;
    event.preventDefault();
  });
  // One that is open closes when something else is looked at.
  addEventListener("click", (event) => {
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.promql[open]")) if (!open.contains(event.target as Node)) open.open = false;
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.promql[open]")) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  });
}

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "go to a GPU, node, workload, alert, code or series"],
  ...PAGES.map(([key, title]) => [`g ${key}`, title] as const),
  ["j k", "next and previous row"],
  ["↑ ↓ ← →", "move in the heat map, once it has the focus"],
  ["n", "next alarm in the heat map"],
  ["Enter", "open"],
  ["t", "light or dark"],
  ["?", "this"],
];

export function Help() {
  if (!helping.value) return null;
  return (
    <Dialog title="Keyboard" close={() => (helping.value = false)}>
      <dl class="keys">
        {KEYS.map(([keys, text]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
