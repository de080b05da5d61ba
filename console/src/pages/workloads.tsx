// Work: which has how many GPUs and what it makes of them; and one, with its GPUs side by side.
import { Refused } from "../api";
import { Panel } from "../chart/panel";
import { index, stateOf, valueOf } from "../fleet";
import { count, NONE, plain, span, when } from "../format";
import type { Ranged, Work } from "../model";
import { view } from "../router";
import { range, second } from "../time";
import { useAsk } from "../ui/ask";
import { StateMark } from "../ui/marks";
import { Answer, Figure, Head, Part } from "../ui/part";
import { Empty } from "../ui/states";
import { type Column, Table } from "../ui/table";
import { quoted } from "./gpu";

/** Beyond it the GPUs of a job do not pull together. */
const UNEVEN = 0.3;

export function Workloads() {
  const asked = useAsk<readonly Work[]>("api/v1/workloads", {}, Math.floor(range.value.end));
  const columns: Column<Work>[] = [
    { key: "id", title: "Workload", cell: (work) => <a href={view(["workload", work.id])}>{work.id}</a>, by: (work) => work.id, wide: true },
    { key: "team", title: "Team", cell: (work) => work.labels["team"] ?? NONE, by: (work) => work.labels["team"] ?? "" },
    { key: "user", title: "User", cell: (work) => work.labels["workload_user"] ?? NONE, by: (work) => work.labels["workload_user"] ?? "" },
    { key: "gpus", title: "GPUs", number: true, cell: (work) => plain(work.share, "gpus"), by: (work) => work.share },
    { key: "nodes", title: "Nodes", number: true, cell: (work) => work.nodes, by: (work) => work.nodes },
    { key: "activity", title: "Activity", number: true, cell: (work) => plain(work.activity, "ratio"), by: (work) => work.activity },
    { key: "spread", title: "Spread", number: true, cell: (work) => plain(spread(work), "ratio"), by: spread },
    { key: "idle", title: "Idle GPUs", number: true, cell: (work) => plain(work.idle, "gpus"), by: (work) => work.idle },
    { key: "watts", title: "Power", number: true, cell: (work) => plain(work.watts, "watts"), by: (work) => work.watts },
  ];
  return (
    <>
      <Head title="Workloads">
        {asked.data ? `${count(asked.data.length, "workload")} on ${plain(asked.data.reduce((sum, work) => sum + work.share, 0), "gpus")} GPUs` : "What has GPUs now, and what it makes of them."}
      </Head>
      <section class="panel">
        <Answer of={asked} what="Workloads" tall={480}>
          {(works) => <Table rows={works} columns={columns} id={(work) => work.id} caption="Workloads" sort="gpus" down empty={<Empty title="No workload is known">The exporter tells of owners when it can ask the kubelet, Slurm or /proc.</Empty>} />}
        </Answer>
      </section>
    </>
  );
}

function spread(work: Work): number | null {
  return work.low === null || work.high === null || work.gpus.length < 2 ? null : work.high - work.low;
}

export function WorkloadPage({ name }: { name: string }) {
  const asked = useAsk<Work>(`api/v1/workload/${name.split("/").map(encodeURIComponent).join("/")}`, {}, Math.floor(range.value.end));
  if (asked.data === null && asked.error instanceof Refused && asked.error.status === 404) return <Gone name={name} />;
  return (
    <Answer of={asked} what="The workload" tall={480}>
      {(work) => <Known work={work} />}
    </Answer>
  );
}

function Gone({ name }: { name: string }) {
  const [first = "", pod] = name.split("/");
  const owner = pod ? `gpu_owner:workload:info{workload_namespace=${quoted(first)}, workload_pod=${quoted(pod)}}` : `gpu_owner:workload:info{workload_job=${quoted(first)}}`;
  return (
    <>
      <Head title={name} crumbs={[["Fleet", []], ["Workloads", ["workloads"]]]}>
        It has no GPU now. What it had in the time that is looked at:
      </Head>
      <Panel title="Activity of each GPU" unit="ratio" low={0} high={1} height={190} named={16} asks={[{ promql: `gpu:activity:ratio and on (uuid) ${owner}`, label: (labels) => `${labels["node"]} · ${labels["gpu"]}` }]} />
    </>
  );
}

function Known({ work }: { work: Work }) {
  const there = index.value;
  const names = ["workload_namespace", "workload_pod", "workload_job", "workload_user"].filter((label) => work.labels[label]);
  const owner = `gpu_owner:workload:info{${names.map((label) => `${label}=${quoted(work.labels[label] ?? "")}`).join(", ")}}`;
  const mine = (series: string) => `${series} and on (uuid) ${owner}`;
  const each = (labels: Readonly<Record<string, string>>) => `${labels["node"]} · ${labels["gpu"]}`;
  const apart = spread(work);
  return (
    <>
      <Head title={work.id} crumbs={[["Fleet", []], ["Workloads", ["workloads"]]]}>
          {[work.labels["team"] && `team ${work.labels["team"]}`, work.labels["workload_user"] && `user ${work.labels["workload_user"]}`, work.labels["workload_job"] && `job ${work.labels["workload_job"]}`, work.labels["workload_container"] && `container ${work.labels["workload_container"]}`].filter(Boolean).map((fact) => (
            <span key={String(fact)}>{fact}</span>
          ))}
          <Since owner={owner} />
      </Head>
      <div class="tiles">
        <Figure title="GPUs" value={work.share} of="gpus" note={`on ${count(work.nodes, "node")}`} promql={`count(group by (uuid) (${owner}))`} />
        <Figure title="Activity" value={work.activity} of="ratio" note="mean of its GPUs" promql={`avg(${mine("gpu:activity:ratio")})`} />
        <Figure title="Spread" value={apart} of="ratio" note={apart !== null && apart > UNEVEN ? "its GPUs do not pull together" : "between its busiest and its least busy GPU that is read"} promql={`max(${mine("gpu:activity:ratio")}) - min(${mine("gpu:activity:ratio")})`} />
        <Figure title="Idle GPUs" value={work.idle} of="gpus" note="that it has and does not use" promql={`count(${mine("gpu:activity:ratio")} < 0.05) or vector(0)`} />
        <Figure title="Power" value={work.watts} of="watts" note="of its share" promql={`sum(${mine("gpu:power:watts")})`} />
      </div>
      <div class="charts two">
        <Panel title="Activity of each GPU" unit="ratio" low={0} high={1} height={190} named={16} asks={[{ promql: mine("gpu:activity:ratio"), label: each }]} />
        <Panel title="Memory" unit="ratio" low={0} high={1} height={190} named={16} asks={[{ promql: mine("gpu:memory_used:ratio"), label: each }]} />
        <Panel title="Power" unit="watts" low={0} height={190} named={16} asks={[{ promql: mine("gpu:power:watts"), label: each }]} />
        <Panel title="Temperature" unit="celsius" height={190} named={16} asks={[{ promql: mine("gpu:temperature:celsius"), label: each }]} />
      </div>
      <Part title="Its GPUs">
        <Table
          rows={work.gpus.map((uuid) => there?.byUuid.get(uuid)).filter((gpu) => gpu !== undefined)}
          caption="GPUs of the workload"
          id={(gpu) => gpu.uuid}
          sort="gpu"
          columns={[
            { key: "gpu", title: "GPU", cell: (gpu) => <a href={view(["gpu", gpu.uuid])}>{`${gpu.node} · GPU ${gpu.gpu}`}</a>, by: (gpu) => `${gpu.node} ${gpu.gpu}` },
            { key: "state", title: "Health", cell: (gpu) => <StateMark state={stateOf(gpu.at)} />, by: (gpu) => stateOf(gpu.at) },
            ...(["activity", "memory", "temperature", "power"] as const).map((key) => ({
              key,
              title: { activity: "Activity", memory: "Memory", temperature: "Temperature", power: "Power" }[key],
              number: true,
              cell: (gpu: { at: number }) => plain(valueOf(key, gpu.at), { activity: "ratio", memory: "ratio", temperature: "celsius", power: "watts" }[key]),
              by: (gpu: { at: number }) => valueOf(key, gpu.at),
            })),
          ]}
        />
      </Part>
    </>
  );
}

const WEEK = 7 * 86400;

/** Since when it has GPUs without a break, as far back as a week. */
function Since({ owner }: { owner: string }) {
  const end = Math.floor(second.value / 300) * 300 + 300;
  const asked = useAsk<Ranged>("api/v1/range", { query: `count(${owner})`, start: end - WEEK, end, step: 300 });
  const told = asked.data;
  const values = told?.series[0]?.values;
  if (!told || !values) return null;
  let at = values.length - 1;
  while (at > 0 && (values[at] ?? null) === null) at--;
  while (at > 0 && (values[at - 1] ?? null) !== null) at--;
  const since = told.start + at * told.step;
  return at === 0 ? <span>for more than a week</span> : <span title={when(since)}>for about {span(Math.max(60, second.value - since))}</span>;
}
