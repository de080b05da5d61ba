// Go anywhere by name: GPUs, nodes, workloads, alerts, codes, series, pages.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { get } from "./api";
import { gpuName, index } from "./fleet";
import type { Work } from "./model";
import type { All } from "./pages/why";
import { go, view } from "./router";
import { Dialog } from "./ui/dialog";

export const searching = signal(false);

interface Goal {
  readonly kind: string;
  readonly title: string;
  readonly note: string;
  readonly address: string;
}

const MOST = 12;

export const PAGES: readonly (readonly [string, string, string])[] = [
  ["f", "Fleet", ""],
  ["n", "Nodes", "nodes"],
  ["w", "Workloads", "workloads"],
  ["a", "Alerts", "alerts"],
  ["m", "Monitoring", "monitoring"],
  ["e", "Explore", "explore"],
  ["y", "Why", "why"],
];

export function Search() {
  return searching.value ? <Open /> : null;
}

function Open() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [more, setMore] = useState<readonly Goal[]>([]);
  useEffect(() => {
    void Promise.allSettled([get<readonly Work[]>("api/v1/workloads"), get<All>("api/v1/why")]).then(([works, why]) => {
      const found: Goal[] = [];
      if (works.status === "fulfilled") for (const work of works.value) found.push({ kind: "workload", title: work.id, note: `${work.gpus.length} GPUs`, address: view(["workload", work.id]) });
      if (why.status === "fulfilled") {
        for (const alert of why.value.alerts) found.push({ kind: "alert", title: alert.name, note: alert.text, address: view(["why", "alert", alert.name]) });
        for (const code of why.value.xids) found.push({ kind: "xid", title: `XID ${code.code}`, note: code.text, address: view(["why", "xid", String(code.code)]) });
        for (const series of why.value.series) found.push({ kind: "series", title: series.name, note: series.text, address: view(["why", "series", series.name]) });
      }
      setMore(found);
    });
  }, []);
  const goals = useMemo(() => found(text, more), [text, more, index.value]);
  const chosen = Math.min(at, goals.length - 1);
  const close = () => (searching.value = false);
  const take = (goal: Goal | undefined) => {
    if (!goal) return;
    close();
    go(goal.address);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((chosen + (event.key === "ArrowDown" ? 1 : goals.length - 1)) % Math.max(1, goals.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(goals[chosen]);
    }
  };
  return (
    <Dialog title="Go to" close={close}>
      <div class="search">
        <input
          type="text"
          autofocus
          placeholder="GPU, node, workload, alert, XID or series"
          aria-label="Go to"
          role="combobox"
          aria-expanded={goals.length > 0}
          aria-controls="goals"
          aria-activedescendant={goals.length ? `goal-${chosen}` : undefined}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={key}
        />
        <ul id="goals" role="listbox" aria-label="What fits">
          {goals.map((goal, number) => (
            <li key={goal.address} id={`goal-${number}`} role="option" aria-selected={number === chosen} onClick={() => take(goal)}>
              <span class="kind">{goal.kind}</span>
              <strong>{goal.title}</strong>
              <span class="muted">{goal.note}</span>
            </li>
          ))}
        </ul>
        {text && goals.length === 0 && <p class="muted pad">Nothing is called so.</p>}
      </div>
    </Dialog>
  );
}

function found(text: string, more: readonly Goal[]): readonly Goal[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const pages = PAGES.map(([, title, path]) => ({ kind: "page", title, note: "", address: view(path ? [path] : []) }));
  if (words.length === 0) return pages;
  const there = index.value;
  const goals: Goal[] = [];
  const fits = (said: string) => words.every((word) => said.includes(word));
  for (const page of pages) if (fits(page.title.toLowerCase())) goals.push(page);
  for (const node of there?.byNode.keys() ?? []) {
    if (goals.length >= MOST) break;
    if (fits(node.toLowerCase())) goals.push({ kind: "node", title: node, note: `${there?.byNode.get(node)?.length ?? 0} GPUs`, address: view(["node", node]) });
  }
  for (const goal of more) {
    if (goals.length >= 200) break;
    if (fits(`${goal.title} ${goal.note}`.toLowerCase())) goals.push(goal);
  }
  for (const gpu of there?.gpus ?? []) {
    if (goals.length >= 400) break;
    if (fits(`${gpuName(gpu)} ${gpu.uuid}`.toLowerCase())) goals.push({ kind: "gpu", title: gpuName(gpu), note: gpu.model, address: view(["gpu", gpu.uuid]) });
  }
  // What is called exactly so, or has all that was said as words of its name, comes before what has it somewhere.
  const far = (goal: Goal) => {
    const parts = goal.title.toLowerCase().split(/[\s·]+/);
    return goal.title.toLowerCase() === words.join(" ") ? 0 : words.every((word) => parts.includes(word)) ? 1 : words.every((word) => goal.title.toLowerCase().includes(word)) ? 2 : 3;
  };
  goals.sort((a, b) => far(a) - far(b));
  return goals.slice(0, MOST);
}
