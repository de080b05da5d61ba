// Alerts and silences.
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { Refused, remove } from "../api";
import { session, summary } from "../fleet";
import { count, NONE, span, when } from "../format";
import type { Alert } from "../model";
import { place, turn, view } from "../router";
import { range, second } from "../time";
import { useAsk } from "../ui/ask";
import { Icon, Mark, Severity } from "../ui/marks";
import { Answer, Head, Part, Tabs } from "../ui/part";
import { silenced, silencing } from "../ui/silence";
import { Empty } from "../ui/states";
import { Table } from "../ui/table";
import { UNJUDGED } from "./fleet";

interface Told {
  readonly alerts: readonly Alert[];
  readonly left_out: number;
  readonly note: string;
  readonly known: boolean;
  readonly judged: boolean;
}

const WEIGHT: Readonly<Record<string, number>> = { critical: 0, warning: 1, info: 2, none: 3 };

function useAlerts(where: Readonly<Record<string, string>>) {
  // Asked anew when the fleet's summary changes, or a silence was made here.
  return useAsk<Told>("api/v1/alerts", where, `${silenced.value} ${JSON.stringify(summary.value?.verdict.causes.map((cause) => [cause.alert, cause.count, cause.silenced]))}`);
}

export function AlertList({ where, title }: { where: Readonly<Record<string, string>>; title: string }) {
  const asked = useAlerts(where);
  const told = asked.data;
  if (told && told.alerts.length === 0) return null;
  return (
    <Part title={title}>
      <Answer of={asked} what={title} tall={40}>
        {(found) => <Rows alerts={found.alerts} />}
      </Answer>
    </Part>
  );
}

/** Of more of a kind than this the first are shown, and where the others are. */
const EACH = 3;

function Rows({ alerts, all = true }: { alerts: readonly Alert[]; all?: boolean }) {
  const rows = [...alerts].sort((a, b) => Number(a.silences.length > 0) - Number(b.silences.length > 0) || (WEIGHT[a.severity] ?? 3) - (WEIGHT[b.severity] ?? 3) || a.name.localeCompare(b.name));
  const kinds = new Map<string, Alert[]>();
  for (const alert of rows) {
    const kind = `${alert.name} ${alert.severity} ${alert.silences.length > 0}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), alert]);
  }
  return (
    <>
      {[...kinds].map(([kind, some]) => (
        <Fragment key={kind}>
          {(all || some.length <= EACH + 1 ? some : some.slice(0, EACH)).map((alert) => (
            <Row key={JSON.stringify(alert.labels)} alert={alert} />
          ))}
          {!all && some.length > EACH + 1 && (
            <p class="rest">
              <a href={view(["alerts"], { alertname: some[0]?.name ?? "" })}>
                {some.length - EACH} more {some[0]?.name}
              </a>
            </p>
          )}
        </Fragment>
      ))}
    </>
  );
}

const APART = new Set(["alertname", "severity", "family", "uuid", "model"]);

function Row({ alert }: { alert: Alert }) {
  const quiet = alert.silences.length > 0;
  const labels = Object.entries(alert.labels).filter(([name]) => !APART.has(name));
  return (
    <article class={quiet ? "cause quiet" : "cause"} data-row="">
      <Mark of={quiet ? "silenced" : alert.severity} size={14} />
      <div>
        <h3>
          <a href={view(["why", "alert", alert.name])}>{alert.name}</a> <span class="muted">{alert.summary}</span>
        </h3>
        {alert.description && <p>{alert.description}</p>}
        <p class="muted labels">
          {labels.map(([name, value]) => (
            <span key={name}>
              {name}{" "}
              {name === "node" ? <a href={view(["node", value])}>{value}</a> : name === "gpu" && alert.labels["uuid"] ? <a href={view(["gpu", alert.labels["uuid"]])}>{value}</a> : name === "xid" ? <a href={view(["why", "xid", value])}>{value}</a> : <b>{value}</b>}
            </span>
          ))}
          {alert.since !== null && <span title={when(alert.since)}>for {span(second.value - alert.since)}</span>}
          {quiet && <a href={view(["alerts"], { tab: "silences" })}>silenced</a>}
        </p>
      </div>
      <div class="row">
        <a class="button small quietly" href={view(["why", "alert", alert.name])}>
          Why
        </a>
        {!quiet && (
          <button type="button" class="small quietly" aria-label={`Silence ${alert.name}`} onClick={() => (silencing.value = alert.labels)}>
            <Icon name="mute" size={12} />
            Silence
          </button>
        )}
      </div>
    </article>
  );
}

export function Alerts() {
  const query = place.value.query;
  const tab = query.get("tab") === "silences" ? "silences" : "firing";
  return (
    <>
      <Head title="Alerts">
        <Tabs label="Alerts or silences" now={tab} tabs={[["firing", "Firing"], ["silences", "Silences"]]} choose={(name) => turn({ tab: name === "firing" ? "" : name })} />
      </Head>
      {tab === "firing" ? <Firing only={query.get("alertname") ?? ""} severity={query.get("severity") ?? ""} /> : <Silences />}
    </>
  );
}

function Firing({ only, severity: chosen }: { only: string; severity: string }) {
  const asked = useAlerts(only ? { alertname: only } : {});
  const kinds = new Map<string, number>();
  for (const severity of Object.keys(WEIGHT)) kinds.set(severity, 0);
  for (const alert of asked.data?.alerts ?? []) kinds.set(alert.severity, (kinds.get(alert.severity) ?? 0) + 1);
  return (
    <Part
      title={only || "Firing now"}
      note={
        <>
          {[...kinds].map(
            ([severity, many]) =>
              many > 0 && (
                <a key={severity} href={view(["alerts"], { alertname: only, severity: severity === chosen ? "" : severity })} aria-current={severity === chosen ? "true" : undefined}>
                  {many} <Severity of={severity} />
                </a>
              ),
          )}
          {(only || chosen) && <a href={view(["alerts"])}>all alerts</a>}
        </>
      }
    >
      <Answer of={asked} what="Alerts" tall={320}>
        {(told) => (
        <>
          {told.alerts.length ? (
            <Rows alerts={told.alerts.filter((alert) => !chosen || alert.severity === chosen)} all={only !== ""} />
          ) : told.known ? (
            <Empty title="No alert fires">{only ? "None of this kind." : told.judged ? "Rules are worked out and nothing is found." : UNJUDGED}</Empty>
          ) : (
            <Empty title="Whether alerts fire is not known">Prometheus has not answered yet.</Empty>
          )}
          {told.left_out > 0 && <p class="note">{count(told.left_out, "more alert")} left out: choose a kind.</p>}
          {told.note && <p class="note">{told.note}</p>}
        </>
        )}
      </Answer>
    </Part>
  );
}

interface Silence {
  readonly id: string;
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly isRegex: boolean; readonly isEqual: boolean }[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly status: { readonly state: string };
}

const sign = (matcher: Silence["matchers"][number]) => (matcher.isEqual ? (matcher.isRegex ? "=~" : "=") : matcher.isRegex ? "!~" : "!=");
const seconds = (text: string) => Date.parse(text) / 1000;

function Silences() {
  const asked = useAsk<readonly Silence[]>("api/v1/silences", {}, `${silenced.value} ${Math.floor(range.value.end)}`);
  const [error, setError] = useState("");
  const operator = session.value?.role === "operator";
  const end = async (id: string) => {
    try {
      await remove(`api/v1/silence/${encodeURIComponent(id)}`);
      silenced.value++;
    } catch (refused) {
      setError(refused instanceof Refused ? refused.message : String(refused));
    }
  };
  return (
    <Part title="Silences" note={operator ? "" : session.value?.operators ? "only operators make and end them" : "this console is read-only"}>
      {error && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <Answer of={asked} what="Silences" tall={240}>
        {(told) => (
        <Table
          rows={told}
          caption="Silences"
          id={(silence) => silence.id}
          empty={<Empty title="Nothing is silenced">A silence keeps people from being told of what they know already.</Empty>}
          columns={[
            { key: "state", title: "State", cell: (silence) => silence.status.state, by: (silence) => silence.status.state },
            { key: "what", title: "What", wide: true, cell: (silence) => silence.matchers.map((matcher) => <code key={matcher.name}>{`${matcher.name}${sign(matcher)}"${matcher.value}"`} </code>) },
            { key: "until", title: "Until", cell: (silence) => when(seconds(silence.endsAt)), by: (silence) => seconds(silence.endsAt) },
            { key: "by", title: "By", cell: (silence) => silence.createdBy || NONE, by: (silence) => silence.createdBy },
            { key: "why", title: "Why", wide: true, cell: (silence) => silence.comment },
            {
              key: "end",
              title: "",
              cell: (silence) =>
                operator && silence.status.state !== "expired" ? (
                  <button type="button" class="small" onClick={() => void end(silence.id)}>
                    End
                  </button>
                ) : null,
            },
          ]}
        />
        )}
      </Answer>
    </Part>
  );
}
