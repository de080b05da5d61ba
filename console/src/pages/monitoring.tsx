// The monitoring of the monitoring: who answers, what is scraped, which rules can be worked out.
import { count, plain, span } from "../format";
import type { Labels } from "../model";
import { place, turn, view } from "../router";
import { range, second } from "../time";
import { useAsk } from "../ui/ask";
import { Mark } from "../ui/marks";
import { Answer, Head, Part, Tabs, Tile } from "../ui/part";
import { Empty } from "../ui/states";
import { Table } from "../ui/table";

interface Backend {
  readonly name: string;
  readonly state: "up" | "down" | "none";
  readonly url: string;
  readonly version: string;
  readonly note: string;
}

interface Target {
  readonly pool: string;
  readonly url: string;
  readonly health: string;
  readonly error: string;
  readonly last: string;
  readonly took: number;
  readonly labels: Labels;
}

interface Group {
  readonly name: string;
  readonly file: string;
  readonly interval: number;
  readonly took: number;
  readonly rules: readonly Rule[];
}

interface Rule {
  readonly name: string;
  readonly type: string;
  readonly health: string;
  readonly error: string;
  readonly query: string;
  readonly took: number;
  readonly state: string;
  readonly firing: number;
}

const beat = () => Math.floor(range.value.end);
const MARKS: Readonly<Record<string, string>> = { up: "well", ok: "well", down: "critical", err: "critical", none: "unread", unknown: "unread" };

export function Health({ of }: { of: string }) {
  const mark = MARKS[of] ?? "unread";
  return (
    <span class={`state state-${mark}`}>
      <Mark of={mark} />
      {of}
    </span>
  );
}

export function Monitoring() {
  const tab = place.value.query.get("tab") ?? "targets";
  return (
    <>
      <Head title="Monitoring">
        <Tabs label="Targets or rules" now={tab} tabs={[["targets", "Targets"], ["rules", "Rules"]]} choose={(name) => turn({ tab: name === "targets" ? "" : name })} />
      </Head>
      <Backends />
      {tab === "rules" ? <Rules /> : <Targets />}
    </>
  );
}

function Backends() {
  const asked = useAsk<readonly Backend[]>("api/v1/backends", {}, beat());
  return (
    <Answer of={asked} what="Servers" tall={72}>
      {(told) => (
        <div class="tiles">
          {told.map((each) => (
            <Tile wide key={each.name} title={each.name}>
              <p class="row">
                <Health of={each.state} />
                <code>{each.url || "none was named"}</code> <span class="muted">{each.version}</span>
              </p>
              {each.note && <p class="wrong">{each.note}</p>}
            </Tile>
          ))}
        </div>
      )}
    </Answer>
  );
}

function Targets() {
  const asked = useAsk<{ count: number; up: number; targets: readonly Target[] }>("api/v1/targets", {}, beat());
  return (
    <Part title="Targets" note={asked.data && `${asked.data.up} of ${count(asked.data.count, "target")} up`}>
      <Answer of={asked} what="Targets" tall={320}>
        {(told) => (
        <Table
          rows={told.targets}
          caption="Targets"
          id={(target) => `${target.pool} ${target.url}`}
          empty={<Empty title="Nothing is scraped">Prometheus has no target: look at its scrape_configs.</Empty>}
          columns={[
            { key: "health", title: "Health", cell: (target) => <Health of={target.health} />, by: (target) => target.health },
            { key: "pool", title: "Job", cell: (target) => target.pool, by: (target) => target.pool },
            { key: "url", title: "Target", wide: true, cell: (target) => target.labels["instance"] ?? target.url, by: (target) => target.labels["instance"] ?? target.url },
            { key: "last", title: "Scraped", number: true, cell: (target) => (Date.parse(target.last) > 0 ? `${span(second.value - Date.parse(target.last) / 1000)} ago` : "never"), by: (target) => target.last },
            { key: "took", title: "Took", number: true, cell: (target) => plain(target.took, "seconds"), by: (target) => target.took },
            { key: "error", title: "Error", wide: true, cell: (target) => target.error, by: (target) => target.error },
          ]}
        />
        )}
      </Answer>
    </Part>
  );
}

function Rules() {
  const asked = useAsk<readonly Group[]>("api/v1/rules", {}, beat());
  return (
    <Answer of={asked} what="Rules" tall={320}>
      {(groups) => <Groups groups={groups} />}
    </Answer>
  );
}

function Groups({ groups }: { groups: readonly Group[] }) {
  const broken = groups.flatMap((group) => group.rules.filter((rule) => rule.health === "err"));
  if (groups.length === 0)
    return (
      <Empty title="No rule is loaded">
        The console shows what rules work out. Next: <code>warpwatch rules render</code>, and name the files in Prometheus' <code>rule_files</code>.
      </Empty>
    );
  return (
    <>
      {broken.length > 0 && (
        <div class="failure" role="alert">
          <strong>{count(broken.length, "rule")} cannot be worked out</strong>
          {broken.slice(0, 5).map((rule) => (
            <p key={rule.name}>
              <code>{rule.name}</code>: {rule.error}
            </p>
          ))}
        </div>
      )}
      {groups.map((group) => (
        <section class="panel" key={group.file + group.name} aria-label={group.name}>
          <details class="group" open={group.rules.some((rule) => rule.health === "err")}>
            <summary>
              <h2>{group.name}</h2>
              <span class="muted">
                {count(group.rules.length, "rule")} every {span(group.interval)}, took {plain(group.took, "seconds")}
                {group.took > group.interval && " – longer than it has"}
              </span>
            </summary>
            <Table
              rows={group.rules}
              caption={`Rules of ${group.name}`}
              id={(rule) => rule.name + rule.query}
              page={50}
              columns={[
                { key: "health", title: "Health", cell: (rule) => <Health of={rule.health} />, by: (rule) => rule.health },
                { key: "name", title: "Rule", cell: (rule) => <a href={view(["explore"], { q: rule.type === "alerting" ? rule.query : rule.name })}>{rule.name}</a>, by: (rule) => rule.name },
                { key: "state", title: "Alert", cell: (rule) => (rule.type === "alerting" ? rule.state : ""), by: (rule) => rule.state },
                { key: "firing", title: "Alerts", number: true, cell: (rule) => (rule.type === "alerting" ? rule.firing : ""), by: (rule) => rule.firing },
                { key: "took", title: "Took", number: true, cell: (rule) => plain(rule.took, "seconds"), by: (rule) => rule.took },
                { key: "error", title: "Error", wide: true, cell: (rule) => rule.error },
              ]}
            />
          </details>
        </section>
      ))}
    </>
  );
}
