// A silence: for what, how long, why. Only operators make one; others are told how to become one.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { get, post, Refused } from "../api";
import { session } from "../fleet";
import type { Labels, Session } from "../model";
import { Dialog } from "./dialog";

/** The labels of what is to be silenced, while somebody is about to. */
export const silencing = signal<Labels | null>(null);
export const silenced = signal(0);

const PRESETS: readonly (readonly [number, string])[] = [
  [60, "1 hour"],
  [240, "4 hours"],
  [1440, "1 day"],
  [10080, "1 week"],
];
const USUAL = ["alertname", "cluster", "node", "gpu", "uuid", "workload_namespace", "workload_pod", "workload_job"];

export async function settle(): Promise<void> {
  session.value = await get<Session>("api/v1/session");
}

export function SignIn({ done, why }: { done: () => void; why: string }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    try {
      await post("api/v1/session", { token });
      await settle();
      done();
    } catch (refused) {
      setError(refused instanceof Refused ? refused.message : String(refused));
    }
  };
  return (
    <form class="form" onSubmit={send}>
      <p>{why}</p>
      <label>
        Token
        <input type="password" autocomplete="current-password" required value={token} onInput={(event) => setToken(event.currentTarget.value)} autofocus />
      </label>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <div class="row end">
        <button type="submit" class="primary">
          Sign in
        </button>
      </div>
    </form>
  );
}

export function SilenceDialog() {
  const labels = silencing.value;
  if (!labels) return null;
  const close = () => (silencing.value = null);
  const who = session.value;
  return (
    <Dialog title={`Silence ${labels["alertname"] ?? "alerts"}`} close={close}>
      {!who?.alertmanager ? (
        <p class="form">This console was told of no Alertmanager. Next: start it with --alertmanager URL.</p>
      ) : who.role === "operator" ? (
        <Form labels={labels} close={close} />
      ) : who.operators ? (
        <SignIn done={() => undefined} why="Only operators silence. Show the operators' token: it is in the file that this console was started with, --operator-token-file." />
      ) : (
        <p class="form">This console is read-only. Next: start it with --operator-token-file FILE, and sign in with what is in it.</p>
      )}
    </Dialog>
  );
}

function Form({ labels, close }: { labels: Labels; close: () => void }) {
  const usual = USUAL.filter((name) => labels[name]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(usual));
  const [minutes, setMinutes] = useState(240);
  const [comment, setComment] = useState("");
  const [author, setAuthor] = useState(session.value?.name ?? "");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const names = [...usual, ...Object.keys(labels).filter((name) => !usual.includes(name))];
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const matchers = [...chosen].map((name) => ({ name, value: labels[name] ?? "", isRegex: false, isEqual: true }));
      await post("api/v1/silences", { matchers, minutes, comment, author });
      silenced.value++;
      close();
    } catch (refused) {
      setError(refused instanceof Refused ? `${refused.message} ${refused.hint}` : String(refused));
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={send}>
      <fieldset>
        <legend>Alerts with</legend>
        {names.map((name) => (
          <label class="check" key={name}>
            <input
              type="checkbox"
              checked={chosen.has(name)}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(name)) next.add(name);
                setChosen(next);
              }}
            />
            <code>
              {name}="{labels[name]}"
            </code>
          </label>
        ))}
      </fieldset>
      <fieldset class="choices">
        <legend>For</legend>
        {PRESETS.map(([value, title]) => (
          <label class="choice" key={value}>
            <input type="radio" name="minutes" checked={minutes === value} onChange={() => setMinutes(value)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <label>
        Why
        <input required maxLength={1000} value={comment} onInput={(event) => setComment(event.currentTarget.value)} placeholder="e.g. RMA 4711, the node is drained" />
      </label>
      {!session.value?.name && (
        <label>
          Who
          <input maxLength={100} value={author} onInput={(event) => setAuthor(event.currentTarget.value)} placeholder="your name" />
        </label>
      )}
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <div class="row end">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={busy || chosen.size === 0}>
          Silence
        </button>
      </div>
    </form>
  );
}
