// Questions to our own server. What it refuses comes with the next step.
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(new URL(path, document.baseURI), { credentials: "same-origin", ...options });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, "The console does not answer.", "Look whether it still runs, and whether the network lets you through.");
  }
  const said: unknown = await answer.json().catch(() => null);
  if (!answer.ok) {
    const told = (said ?? {}) as { error?: string; hint?: string };
    throw new Refused(answer.status, told.error ?? `HTTP ${answer.status}`, told.hint ?? "");
  }
  return said as T;
}

export function get<T>(path: string, query: Readonly<Record<string, string | number>> = {}, signal?: AbortSignal): Promise<T> {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const said = words.toString();
  return ask<T>(said ? `${path}?${said}` : path, signal ? { signal } : {});
}

// A page of somebody else's cannot set this header without asking.
const WRITING = { "x-warpwatch": "1", "content-type": "application/json" };

export function post<T>(path: string, body: unknown): Promise<T> {
  return ask<T>(path, { method: "POST", headers: WRITING, body: JSON.stringify(body) });
}

export function remove<T>(path: string): Promise<T> {
  return ask<T>(path, { method: "DELETE", headers: WRITING });
}
