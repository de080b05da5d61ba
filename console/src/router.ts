// Every view is an address. Addresses are relative to the page's base, so a path prefix is nothing special.
import { computed, signal } from "@preact/signals";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const base = new URL(document.baseURI).pathname;

function here(): Place {
  const path = decodeURI(location.pathname).startsWith(decodeURI(base)) ? location.pathname.slice(base.length) : "";
  return { path, query: new URLSearchParams(location.search) };
}

export const place = signal<Place>(here());
export const segments = computed(() => place.value.path.split("/").filter(Boolean).map(decoded));

addEventListener("popstate", () => (place.value = here()));

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a view; its parts are escaped, its query leaves out what is empty. */
export function to(parts: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const path = parts.map(encodeURIComponent).join("/");
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const said = words.toString();
  return (path || "./") + (said ? `?${said}` : "");
}

/** The range that is looked at goes along from view to view. */
export function view(parts: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const kept: Record<string, string> = {};
  for (const name of ["range", "from", "to"]) {
    const value = place.value.query.get(name);
    if (value) kept[name] = value;
  }
  return to(parts, { ...kept, ...query });
}

export function go(address: string): void {
  history.pushState(null, "", new URL(address, document.baseURI));
  place.value = here();
  scrollTo(0, 0);
  // Who goes on by keyboard begins with what he went to.
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Changes the query and stays; an empty value takes a name away. */
export function turn(changes: Readonly<Record<string, string>>, keep = false): void {
  const query = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const said = query.toString();
  const address = location.pathname + (said ? `?${said}` : "");
  if (keep) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  place.value = here();
}

/** Links of our own change the view without loading the page anew. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest("a");
  const href = link?.getAttribute("href");
  if (!link || !href || link.target || /^[a-z]+:|^\/\//i.test(href) || href.startsWith("#") || href.startsWith("static/")) return;
  event.preventDefault();
  go(href);
}
