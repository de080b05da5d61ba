// The first screen: is anything wrong, where, and what is to be done about it.
import { Panel } from "../chart/panel";
import { Timeline } from "../chart/timeline";
import { failure, frames, health, index, session, stateOf, status, summary } from "../fleet";
import { count, grouped, shown, span } from "../format";
import { HeatMap } from "../heat/heatmap";
import type { Grouping } from "../heat/layout";
import { Legend } from "../heat/legend";
import { type Cause, type State, STATE_TITLES, type Sum, type Verdict } from "../model";
import { place, turn, view } from "../router";
import { second } from "../time";
import { Icon, Mark } from "../ui/marks";
import { Part, Tile } from "../ui/part";
import { PromQL } from "../ui/promql";
import { silencing } from "../ui/silence";
import { Empty, Failure, Loading } from "../ui/states";
import { GpuTable } from "./gpus";

const SHOWN_CAUSES = 5;
export const UNJUDGED = "The alert that always stands is not there: no rules of warpwatch are worked out, and nothing would fire. Next: load what warpwatch rules render writes.";

export function Fleet() {
  const told = summary.value;
  if (!told) {
    if (failure.value) return <Failure error={failure.value} what="The fleet" />;
    const now = status.value;
    if (now?.problem) return <Unseen problem={now.problem} hint={now.hint} />;
    return <Loading what="The fleet" tall={640} />;
  }
  return (
    <>
      <Sentence verdict={told.verdict} />
      <div class="tiles">
        <HealthTile total={told.verdict.total} />
        {told.sums.map((sum) => (
          <SumTile key={sum.key} sum={sum} total={told.verdict.total} />
        ))}
      </div>
      <div class="first">
        <div class="stack">
          <Grid />
          <div class="charts two">
            <Panel title="GPUs" unit="gpus" low={0} height={120} help="GPUs that somebody has, and of these the idle ones." asks={[
              { promql: "sum(cluster:allocated:sum)", label: "allocated" },
              { promql: "sum(cluster:idle_allocated:sum)", label: "of these idle" },
            ]} />
            <Panel title="Power" unit="watts" low={0} height={120} help="Power drawn by all boards together." asks={[{ promql: "sum(cluster:power_watts:sum)", label: "all boards" }]} />
          </div>
        </div>
        <Causes verdict={told.verdict} />
      </div>
      <Timeline where={{}} title="Activity and what happened" unit="ratio" asks={[
        { promql: "avg(gpu:activity:ratio)", label: "all GPUs" },
        { promql: "avg(gpu:tensor_active:ratio)", label: "tensor cores" },
      ]} />
    </>
  );
}

function Unseen({ problem, hint }: { problem: string; hint: string }) {
  return (
    <div class="verdict unread" role="alert">
      <Mark of="unread" size={28} />
      <div>
        <h1>The fleet is not seen</h1>
        <p>{problem}</p>
        {hint && <p class="hint">Next: {hint}</p>}
      </div>
    </div>
  );
}

export function worst(verdict: Verdict): State {
  if (verdict.need > 0 || verdict.other > 0) return "critical";
  if (verdict.watch > 0 || verdict.uneasy > 0) return "warning";
  if (verdict.total === 0 || verdict.unread > 0 || !verdict.judged) return "unread";
  return verdict.silenced > 0 ? "silenced" : "well";
}

export function sentence(verdict: Verdict): string {
  const all = `${grouped(verdict.total)} ${verdict.total === 1 ? "GPU" : "GPUs"}`;
  if (verdict.total === 0) return "No GPU is seen";
  if (verdict.need > 0) return `${grouped(verdict.need)} of ${all} ${verdict.need === 1 ? "needs" : "need"} action`;
  if (verdict.other > 0) return `${count(verdict.other, "alert")} ${verdict.other === 1 ? "needs" : "need"} action; no GPU is at fault`;
  if (verdict.watch > 0) return `No GPU needs action; ${grouped(verdict.watch)} of ${all} ${verdict.watch === 1 ? "has" : "have"} a warning`;
  if (verdict.unread > 0) return `${grouped(verdict.unread)} of ${all} cannot be read`;
  if (!verdict.judged) return `${all} seen, and nothing judges them`;
  if (verdict.uneasy > 0) return `${count(verdict.uneasy, "warning")}; no GPU is at fault`;
  if (verdict.silenced > 0) return `${grouped(verdict.silenced)} of ${all} ${verdict.silenced === 1 ? "has a silenced fault" : "have silenced faults"}`;
  return verdict.total === 1 ? "The GPU is well" : `All ${all} are well`;
}

function Sentence({ verdict }: { verdict: Verdict }) {
  const state = worst(verdict);
  const rest = verdict.need - verdict.where.length;
  const more = [
    verdict.need > 0 && verdict.watch > 0 && `${count(verdict.watch, "GPU")} with a warning`,
    verdict.need > 0 && verdict.other > 0 && `${count(verdict.other, "critical alert")} of nodes or services`,
    verdict.need + verdict.other + verdict.watch > 0 && verdict.uneasy > 0 && `${count(verdict.uneasy, "warning")} of nodes or services`,
    verdict.need + verdict.other + verdict.watch + verdict.uneasy > 0 && verdict.silenced > 0 && `${grouped(verdict.silenced)} silenced`,
    verdict.unread > 0 && verdict.need + verdict.watch > 0 && `${grouped(verdict.unread)} not read`,
  ].filter(Boolean);
  return (
    <div class={`verdict ${state}`} data-testid="verdict">
      <Mark of={state} size={28} />
      <div>
        <h1>{sentence(verdict)}</h1>
        <p>
          {verdict.total === 0
            ? "No exporter that the rules know tells of one. Look at the targets, and whether the rules of warpwatch are loaded."
            : verdict.where.length > 0
              ? `${verdict.where.join(", ")}${rest > 0 ? `, and ${grouped(rest)} more` : ""}`
              : verdict.other > 0 || (verdict.uneasy > 0 && verdict.watch === 0)
                ? verdict.causes.find((cause) => cause.count > cause.silenced && cause.gpus === 0)?.summary
                : verdict.judged
                  ? "Nothing is to be done now."
                  : UNJUDGED}
          {more.length > 0 && <span class="muted"> · {more.join(" · ")}</span>}
        </p>
      </div>
    </div>
  );
}

function SumTile({ sum, total }: { sum: Sum; total: number }) {
  const { text, unit } = shown(sum.value, sum.unit);
  const part = sum.unit === "gpus" && sum.value !== null && total > 0 ? `${Math.round((100 * sum.value) / total)} % of ${grouped(total)}` : "";
  const note = sum.value === null ? "not told by the exporter" : sum.known < total ? `${grouped(sum.known)} of ${grouped(total)} GPUs read` : part || `of ${count(total, "GPU")}`;
  return <Tile title={sum.title} text={text} unit={unit} note={note} help={sum.help} promql={[sum.promql]} />;
}

const ORDER: readonly State[] = ["critical", "warning", "silenced", "unread", "well"];

function HealthTile({ total }: { total: number }) {
  const counts = new Map<State, number>();
  const there = index.value;
  void health.value;
  if (there) for (let at = 0; at < there.gpus.length; at++) counts.set(stateOf(at), (counts.get(stateOf(at)) ?? 0) + 1);
  return (
    <Tile title="GPUs by health" wide promql={['count by (severity) (count by (severity, uuid) (ALERTS{alertstate="firing", uuid!=""}))', "count(gpu:source:info)"]}>
      <div class="bar" aria-hidden="true">
        {ORDER.map((state) => (counts.get(state) ? <i key={state} class={`bar-${state}`} style={{ flexGrow: counts.get(state) ?? 0 }} /> : null))}
      </div>
      <p class="counts">
        {ORDER.filter((state) => counts.get(state) || state === "critical" || state === "well").map((state) => (
          <a key={state} href={view([], { view: "table", state })} class={`state state-${state}`}>
            <Mark of={state} size={10} />
            <b>{grouped(counts.get(state) ?? 0)}</b> {STATE_TITLES[state].toLowerCase()}
          </a>
        ))}
        {total === 0 && <span class="muted">none</span>}
      </p>
    </Tile>
  );
}

function Grid() {
  const there = index.value;
  const query = place.value.query;
  const measure = query.get("metric") ?? "health";
  const grouping = (query.get("by") ?? "rack") as Grouping;
  const table = query.get("view") === "table";
  const frame = frames.value.get(measure) ?? health.value;
  const measures = session.value?.measures ?? [];
  const said = measures.find((each) => each.key === measure);
  return (
    <section class="panel map-panel" aria-label="Every GPU">
      <header class="controls">
        <div class="segments" role="radiogroup" aria-label="What is shown">
          {[{ key: "health", title: "Health", help: "What alerts say of each GPU." }, ...measures].map((each) => (
            <button key={each.key} type="button" role="radio" aria-checked={measure === each.key} title={each.help} onClick={() => turn({ metric: each.key === "health" ? "" : each.key }, true)}>
              {each.title}
            </button>
          ))}
        </div>
        <span class="grow" />
        <label>
          <select aria-label="Group by" value={grouping} onChange={(event) => turn({ by: event.currentTarget.value === "rack" ? "" : event.currentTarget.value }, true)}>
            <option value="rack">by rack</option>
            <option value="model">by model</option>
            <option value="none">no groups</option>
          </select>
        </label>
        <button type="button" aria-pressed={table} onClick={() => turn({ view: table ? "" : "table", state: "" }, true)}>
          Table
        </button>
        <PromQL of={said?.title ?? "Health"} expressions={said ? [said.series] : ['ALERTS{alertstate="firing"}']} />
      </header>
      {!there || !frame ? (
        <Loading what="The heat map" tall={300} />
      ) : there.gpus.length === 0 ? (
        <Empty title="No GPU" tall={300}>
          Nothing answers <code>gpu:source:info</code>. Next: load the rules that <code>warpwatch rules render</code> writes.
        </Empty>
      ) : table ? (
        <GpuTable gpus={there.gpus} state={query.get("state") ?? ""} />
      ) : (
        <>
          <HeatMap index={there} frame={frame} health={health.value} measure={measure} grouping={grouping} />
          <Legend measure={measure} unit={said?.unit ?? ""} frame={frame} />
        </>
      )}
    </section>
  );
}

function Causes({ verdict }: { verdict: Verdict }) {
  const causes = verdict.causes.filter((cause) => cause.severity !== "info" && cause.severity !== "none");
  // Nothing that wakes somebody is left to another page.
  const shownOnes = causes.filter((cause, at) => at < SHOWN_CAUSES || (cause.severity === "critical" && cause.count > cause.silenced));
  return (
    <Part title="Firing alerts" name="causes" note={<a href={view(["alerts"])}>{causes.length > shownOnes.length ? `all ${causes.length} kinds` : "all alerts"}</a>}>
      {shownOnes.length === 0 ? <Empty title="No alert fires">{verdict.judged ? "Rules are worked out; Monitoring says when they were last." : UNJUDGED}</Empty> : shownOnes.map((cause) => <CauseRow key={cause.alert + cause.severity} cause={cause} />)}
      {summary.value?.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
    </Part>
  );
}

function CauseRow({ cause }: { cause: Cause }) {
  const open = cause.count > cause.silenced;
  const first = cause.first[0] ?? {};
  const rest = cause.nodes - cause.named.length;
  return (
    <article class={open ? "cause" : "cause quiet"} data-row="">
      <Mark of={open ? cause.severity : "silenced"} size={14} />
      <div>
        <h3>
          <a href={view(["alerts"], { alertname: cause.alert })}>{cause.summary || cause.alert}</a>
        </h3>
        <p class="muted">
          {cause.count === 1 && first["uuid"] ? (
            <a href={view(["gpu", first["uuid"]])}>
              GPU {first["gpu"]} of {first["node"]}
            </a>
          ) : (
            <>
              {cause.gpus > 0 ? `${count(cause.gpus, "GPU")} on ` : ""}
              {cause.named.map((node, at) => (
                <span key={node}>
                  {at > 0 && ", "}
                  <a href={view(["node", node])}>{node}</a>
                </span>
              ))}
              {rest > 0 && ` and ${rest} more`}
              {cause.nodes === 0 && count(cause.count, "alert")}
            </>
          )}
          {cause.since !== null && ` · for ${span(second.value - cause.since)}`}
          {cause.silenced > 0 && ` · ${cause.silenced === cause.count ? "silenced" : `${cause.silenced} silenced`}`}
        </p>
      </div>
      <div class="row">
        <a class="button small quietly" href={view(["why", "alert", cause.alert])}>
          Why
        </a>
        {open && (
          <button type="button" class="small quietly" aria-label={`Silence ${cause.alert}`} onClick={() => (silencing.value = cause.count === 1 ? first : { alertname: cause.alert })}>
            <Icon name="mute" size={12} />
            Silence
          </button>
        )}
      </div>
    </article>
  );
}
