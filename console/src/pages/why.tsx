// Why: what an error code, an alert or a series means, who acts, and what comes first.
import { useState } from "preact/hooks";
import { count } from "../format";
import { view } from "../router";
import { useAsk } from "../ui/ask";
import { Severity } from "../ui/marks";
import { Copy } from "../ui/promql";
import { Answer, Head } from "../ui/part";

type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;
export interface All {
  readonly alerts: readonly { readonly name: string; readonly severity: string; readonly text: string }[];
  readonly xids: readonly { readonly code: number; readonly class: string; readonly text: string }[];
  readonly series: readonly { readonly name: string; readonly unit: string; readonly text: string }[];
}

const TITLES: Readonly<Record<string, string>> = { xid: "XID", alert: "Alert", series: "Series" };
const FIRST = ["what", "meaning", "who acts", "first", "steps", "commands", "over", "traps", "better"];
const CODE = new Set(["expression", "worked out by", "commands"]);
const APART = new Set(["name", "code"]);

export function Why({ kind, name }: { kind: string; name: string }) {
  const asked = useAsk<Facts>(`api/v1/why/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`);
  return (
    <Answer of={asked} what={`${TITLES[kind] ?? ""} ${name}`} tall={320}>
      {(facts) => <Told kind={kind} name={name} facts={facts} />}
    </Answer>
  );
}

function Told({ kind, name, facts }: { kind: string; name: string; facts: Facts }) {
  const keys = [...FIRST.filter((key) => key in facts), ...Object.keys(facts).filter((key) => !FIRST.includes(key))].filter((key) => !APART.has(key));
  const expression = facts["expression"] ?? facts["name"];
  return (
    <>
      <Head title={kind === "xid" ? `XID ${facts["code"]}: ${facts["name"]}` : String(facts["name"])} crumbs={[["Why", ["why"]], [TITLES[kind] ?? "", null]]}>
          {typeof facts["severity"] === "string" && <Severity of={facts["severity"]} />}
          {kind === "alert" && <a href={view(["alerts"], { alertname: name })}>Where it fires</a>}
          {kind !== "xid" && typeof expression === "string" && <a href={view(["explore"], { q: expression })}>Open in Explore</a>}
      </Head>
      <section class="panel">
        <dl class="why">
          {keys.map((key) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>
                <Fact of={key} value={facts[key]} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function Fact({ of, value }: { of: string; value: Facts[string] | undefined }) {
  if (value === undefined) return null;
  if (Array.isArray(value)) {
    const lines = value as readonly string[];
    return CODE.has(of) ? (
      <>
        {lines.map((line) => (
          <div class="expression" key={line}>
            <code>{line}</code>
            <Copy text={line} what="the command" />
          </div>
        ))}
      </>
    ) : (
      <ol>
        {lines.map((line) => (
          <li key={line}>
            {of === "related" ? <a href={view(["why", "xid", line.split(" ")[0] ?? ""])}>{line}</a> : <Words text={line} />}
          </li>
        ))}
      </ol>
    );
  }
  if (typeof value === "boolean") return <>{value ? "yes" : "no"}</>;
  return CODE.has(of) ? (
    <div class="expression">
      <code>{String(value)}</code>
      <Copy text={String(value)} what={of} />
    </div>
  ) : (
    <Words text={String(value)} />
  );
}

/** What stands within backticks is a command. */
function Words({ text }: { text: string }) {
  return <>{text.split("`").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</>;
}

export function WhyList() {
  const asked = useAsk<All>("api/v1/why");
  const [text, setText] = useState("");
  return (
    <>
      <Head title="Why">What alerts, error codes and series mean, and what is to be done.</Head>
      <section class="panel">
        <div class="filters">
          <input type="search" placeholder="e.g. 79, heat, remap" aria-label="Search the explanations" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </div>
        <Answer of={asked} what="The explanations" tall={400}>
          {(all) => <Lists all={all} text={text} />}
        </Answer>
      </section>
    </>
  );
}

function Lists({ all, text }: { all: All; text: string }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const lists: readonly (readonly [string, string, readonly (readonly [string, string, string])[]])[] = [
    ["alert", "alerts", all.alerts.map((each) => ["alert", each.name, `${each.text} ${each.severity}`] as const)],
    ["error code", "error codes", all.xids.map((each) => ["xid", String(each.code), `${each.text} (${each.class})`] as const)],
    ["series", "series", all.series.map((each) => ["series", each.name, each.text] as const)],
  ];
  return (
    <div class="why-lists">
      {lists.map(([one, many, rows]) => {
        const fit = rows.filter((row) => words.every((word) => row.join(" ").toLowerCase().includes(word)));
        return (
          <div key={one}>
            <h2>{count(fit.length, one, many)}</h2>
            <ul>
              {fit.map(([kind, name, said]) => (
                <li key={name} data-row="">
                  <a href={view(["why", kind, name])}>{kind === "xid" ? `XID ${name}` : name}</a> <span class="muted">{said}</span>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </div>
  );
}
