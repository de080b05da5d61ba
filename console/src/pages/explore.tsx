// A box for an expression, with the names that there are; its chart, its table, and what its series mean.
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { Panel } from "../chart/panel";
import { plain } from "../format";
import type { Labels, Sampled } from "../model";
import { place, turn, view } from "../router";
import { range } from "../time";
import { useAsk } from "../ui/ask";
import { Answer, Head, Part } from "../ui/part";
import { Empty, Failure } from "../ui/states";
import { Table } from "../ui/table";

interface Name {
  readonly name: string;
  readonly help: string;
  readonly unit: string;
}

const names = signal<readonly Name[]>([]);
const labels = signal<readonly string[]>([]);
const FUNCTIONS = ["sum by", "avg by", "max by", "min by", "count by", "topk", "rate", "increase", "avg_over_time", "max_over_time", "quantile_over_time", "histogram_quantile", "clamp_max", "absent", "changes"];
const MOST = 12;
const EXAMPLES: readonly (readonly [string, string])[] = [
  ["Hottest ten GPUs", "topk(10, gpu:temperature:celsius)"],
  ["Activity by model", "avg by (model) (gpu:activity:ratio)"],
  ["Teams by GPUs that they do not use", "sort_desc(team:idle_gpus:sum)"],
  ["Mean power of a day by node", "avg_over_time(node:power_watts:sum[1d])"],
];

export function usedNames(expression: string): string[] {
  const found = expression.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "").match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? [];
  const known = new Set(names.value.map((each) => each.name));
  return [...new Set(found)].filter((word) => known.has(word) || word.includes(":") || word.startsWith("DCGM_"));
}

export function Explore() {
  const asked = place.value.query.get("q") ?? "";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    if (names.value.length) return;
    void get<readonly Name[]>("api/v1/names").then((told) => (names.value = told), () => undefined);
    void get<readonly string[]>("api/v1/labels").then((told) => (labels.value = told), () => undefined);
  }, []);
  const send = (expression: string) => turn({ q: expression.trim() });
  return (
    <>
      <Head title="Explore" />
      <section class="panel" aria-label="Expression">
        <Box text={text} change={setText} send={() => send(text)} />
        {!asked && (
          <p class="examples">
            {EXAMPLES.map(([title, expression]) => (
              <button type="button" class="small" key={title} onClick={() => send(expression)}>
                {title}
              </button>
            ))}
          </p>
        )}
      </section>
      {asked && <Result key={asked} expression={asked} />}
    </>
  );
}

interface Choice {
  readonly word: string;
  readonly note: string;
}

function choices(text: string, caret: number): { from: number; found: readonly Choice[] } {
  const word = /[a-zA-Z_:][a-zA-Z0-9_:]*$/.exec(text.slice(0, caret))?.[0] ?? "";
  const from = caret - word.length;
  if (word.length < 2) return { from, found: [] };
  const inLabels = /[{(,]\s*$/.test(text.slice(0, from)) && (/\{[^}]*$/.test(text.slice(0, from)) || /\b(by|without|on|ignoring)\s*\([^)]*$/.test(text.slice(0, from)));
  const low = word.toLowerCase();
  const pool: readonly Choice[] = inLabels ? labels.value.map((name) => ({ word: name, note: "label" })) : [...names.value.map((each) => ({ word: each.name, note: each.help })), ...FUNCTIONS.map((name) => ({ word: name, note: "function" }))];
  const fits = pool.filter((each) => each.word.toLowerCase().includes(low) && each.word !== word);
  fits.sort((a, b) => Number(!a.word.toLowerCase().startsWith(low)) - Number(!b.word.toLowerCase().startsWith(low)));
  return { from, found: fits.slice(0, MOST) };
}

function Box({ text, change, send }: { text: string; change: (text: string) => void; send: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const told = useMemo(() => (open ? choices(text, caret) : { from: 0, found: [] }), [open, text, caret, names.value, labels.value]);
  const take = (choice: Choice) => {
    const next = text.slice(0, told.from) + choice.word + text.slice(caret);
    const end = told.from + choice.word.length;
    change(next);
    setOpen(false);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(end, end);
    });
  };
  const key = (event: KeyboardEvent) => {
    const many = told.found.length;
    const chosen = told.found[at];
    if (event.key === "Enter" && !event.shiftKey && !(many && at >= 0 && chosen)) {
      event.preventDefault();
      setOpen(false);
      send();
    } else if (many && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : many - 1) + many) % many);
    } else if (chosen && (event.key === "Tab" || event.key === "Enter") && at >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") setOpen(false);
  };
  return (
    <div class="ask">
      <textarea
        ref={area}
        id="expression"
        rows={Math.min(6, Math.max(2, text.split("\n").length))}
        spellcheck={false}
        autocapitalize="off"
        placeholder="PromQL, e.g. topk(10, gpu:temperature:celsius)"
        aria-label="PromQL expression"
        aria-autocomplete="list"
        aria-controls="choices"
        aria-activedescendant={told.found.length > 0 && at >= 0 ? `choice-${at}` : undefined}
        value={text}
        onInput={(event) => {
          change(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
          setAt(-1);
          setOpen(true);
        }}
        onKeyDown={key}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
      />
      <button type="button" class="primary" onClick={send}>
        Run
      </button>
      <ul id="choices" role="listbox" aria-label="Names" class={told.found.length ? "choices-list" : "offscreen"}>
        {told.found.map((choice, number) => (
          <li key={choice.word} id={`choice-${number}`} role="option" aria-selected={number === at} onMouseDown={(event) => event.preventDefault()} onClick={() => take(choice)}>
            <code>{choice.word}</code>
            <span class="muted">{choice.note}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function written(found: Labels): string {
  const { __name__: name = "", ...rest } = found;
  const said = Object.entries(rest).map(([label, value]) => `${label}="${value}"`);
  return name + (said.length ? `{${said.join(", ")}}` : "") || "value";
}

function Result({ expression }: { expression: string }) {
  const now = useAsk<Sampled>("api/v1/query", { query: expression }, Math.floor(range.value.end));
  const used = usedNames(expression);
  const unit = names.value.find((each) => each.name === used[0] && used.length === 1)?.unit ?? "";
  // What is wrong with an expression is said once, and not by each part of the page.
  if (now.error && !now.data) return <Failure error={now.error} what="This expression" again={now.again} />;
  return (
    <>
      <Panel title="Chart" unit={unit} height={260} named={20} asks={[{ promql: expression, label: written }]} />
      <Part title="Now" promql={expression}>
        <Answer of={now} what="Now">
          {(told) => (
          <>
            {told.warnings.map((warning) => (
              <p class="note" key={warning}>
                {warning}
              </p>
            ))}
            <Table
              rows={told.samples}
              caption="Samples"
              id={(sample) => JSON.stringify(sample.labels)}
              empty={<Empty title="No series now">The expression is sound, and nothing answers it at this moment.</Empty>}
              columns={[
                { key: "series", title: "Series", wide: true, cell: (sample) => <code>{written(sample.labels)}</code>, by: (sample) => written(sample.labels) },
                { key: "value", title: "Value", number: true, cell: (sample) => (typeof sample.value === "number" ? plain(sample.value, unit) : sample.value), by: (sample) => Number(sample.value) },
              ]}
            />
            {told.left_out > 0 && <p class="note">{told.left_out} more are left out.</p>}
          </>
          )}
        </Answer>
      </Part>
      {used.length > 0 && (
        <Part title="What the series mean">
          <dl class="why">
            {used.map((name) => {
              const known = names.value.find((each) => each.name === name);
              return (
                <div key={name}>
                  <dt>
                    <a href={view(["why", "series", name])}>{name}</a>
                  </dt>
                  <dd>{known?.help || "Nothing is known of it."}</dd>
                </div>
              );
            })}
          </dl>
        </Part>
      )}
    </>
  );
}
