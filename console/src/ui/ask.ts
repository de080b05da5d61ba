// A question whose answer is kept while the next one is on its way, so that nothing jumps.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";

export interface Asked<T> {
  readonly data: T | null;
  readonly error: unknown;
  readonly again: () => void;
}

type Query = Readonly<Record<string, string | number>>;

export function useAsk<T>(path: string | null, query: Query = {}, beat: unknown = 0): Asked<T> {
  const key = path === null ? null : `${path}?${new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)])).toString()}`;
  const [answer, setAnswer] = useState<{ of: string | null; data: T | null; error: unknown }>({ of: null, data: null, error: null });
  const [turn, setTurn] = useState(0);
  const subject = useRef(path);
  useEffect(() => {
    if (path === null) return;
    // Another subject: what was known of the last one must not be taken for it.
    if (subject.current !== path) {
      subject.current = path;
      setAnswer({ of: null, data: null, error: null });
    }
    const stop = new AbortController();
    get<T>(path, query, stop.signal).then(
      (data) => setAnswer({ of: key, data, error: null }),
      (error: unknown) => {
        if (!stop.signal.aborted) setAnswer((was) => ({ of: key, data: was.data, error }));
      },
    );
    return () => stop.abort();
  }, [key, beat, turn]);
  return { data: answer.data, error: answer.error, again: () => setTurn(turn + 1) };
}
