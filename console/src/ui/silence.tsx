// A silence: for what, how long, why. Only operators make one; others are told how to become one.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { get, post, Refused } from "../api";
import { session } from "../fleet";
import { count } from "../format";
import type { Alert, Labels, Session } from "../model";
import { useAsk } from "./ask";
import { Dialog } from "./dialog";
import { Answer } from "./part";

/** The labels of what is to be silenced, while somebody is about to. */
export const silencing = signal<Labels | null>(null);
export const silenced = signal(0);

const PRESETS: readonly (readonly [number, string])[] = [
  [30, "½ hour"],
  [60, "1 hour"],
  [240, "4 hours"],
  [720, "12 hours"],
  [1440, "1 day"],
  [4320, "3 days"],
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
        <Firing key={JSON.stringify(labels)} labels={labels} close={close} />
      ) : who.operators ? (
        <SignIn done={() => undefined} why="Only operators silence. Show the operators' token: it is in the file that this console was started with, --operator-token-file." />
      ) : (
        <p class="form">This console is read-only. Next: start it with --operator-token-file FILE, and sign in with what is in it.</p>
      )}
    </Dialog>
  );
}

/** What fires under the name, so that a silence is of that and no more, and says how much that is. */
function Firing({ labels, close }: { labels: Labels; close: () => void }) {
  const asked = useAsk<{ readonly alerts: readonly Alert[] }>("api/v1/alerts", { alertname: labels["alertname"] ?? "" });
  return (
    <Answer of={asked} what="What fires" tall={320}>
      {(told) => <Form labels={labels} firing={told.alerts.filter((alert) => alert.silences.length === 0).map((alert) => alert.labels)} close={close} />}
    </Answer>
  );
}

/** More values than this are no list that somebody reads. */
const LISTED = 40;

interface Choice {
  readonly name: string;
  readonly values: readonly string[];
}

function choices(labels: Labels, firing: readonly Labels[]): readonly Choice[] {
  const mine = firing.filter((each) => Object.entries(labels).every(([name, value]) => each[name] === value));
  const names = new Set([...USUAL, ...Object.keys(labels), ...mine.flatMap((each) => Object.keys(each))]);
  return [...names]
    .map((name) => ({ name, values: [...new Set((mine.length ? mine : [labels]).map((each) => each[name] ?? ""))].sort() }))
    // What some have and others do not would leave those out.
    .filter((choice) => !choice.values.includes("") && choice.values.length <= LISTED);
}

const escaped = (value: string) => value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function Form({ labels, firing, close }: { labels: Labels; firing: readonly Labels[]; close: () => void }) {
  const offered = choices(labels, firing);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(offered.map((choice) => choice.name).filter((name) => USUAL.includes(name))));
  const picked = offered.filter((choice) => chosen.has(choice.name));
  const fit = firing.filter((each) => picked.every((choice) => choice.values.includes(each[choice.name] ?? ""))).length;
  const [minutes, setMinutes] = useState(240);
  const [comment, setComment] = useState("");
  const [author, setAuthor] = useState(session.value?.name ?? "");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const matchers = picked.map(({ name, values }) => ({ name, value: values.length > 1 ? values.map(escaped).join("|") : values[0] ?? "", isRegex: values.length > 1, isEqual: true }));
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
        {offered.map(({ name, values }) => (
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
              {name}
              {values.length > 1 ? ` one of ${values.join(", ")}` : `="${values[0]}"`}
            </code>
          </label>
        ))}
        <p class="muted">
          Fits {fit} of {count(firing.length, "such alert")} that {firing.length === 1 ? "fires" : "fire"} now{picked.some((choice) => ["node", "uuid"].includes(choice.name)) ? "." : ", and all that will, on any node."}
        </p>
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
        <button type="submit" class="primary" disabled={busy || picked.length === 0 || !comment.trim()}>
          Silence
        </button>
      </div>
    </form>
  );
}
