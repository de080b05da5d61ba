// Nodes: the list of them, and one with its GPUs side by side.
import { Panel } from "../chart/panel";
import { Timeline } from "../chart/timeline";
import { frames, type Gpu, index, stateOf, valueOf } from "../fleet";
import { count, plain } from "../format";
import { type State, STATES } from "../model";
import { view } from "../router";
import { StateMark } from "../ui/marks";
import { Head } from "../ui/part";
import { Empty, Loading } from "../ui/states";
import { type Column, Table } from "../ui/table";
import { AlertList } from "./alerts";
import { quoted } from "./gpu";
import { GpuTable } from "./gpus";

interface Row {
  readonly node: string;
  readonly gpus: readonly Gpu[];
}

export function worstOf(gpus: readonly Gpu[]): State {
  return STATES[Math.max(0, ...gpus.map((gpu) => STATES.indexOf(stateOf(gpu.at))))] ?? "unread";
}

/** The sum, mean or highest of what is known; null where nothing is. */
function over(gpus: readonly Gpu[], key: string, how: "mean" | "sum" | "highest"): number | null {
  const known = gpus.map((gpu) => valueOf(key, gpu.at)).filter((value): value is number => value !== null);
  if (known.length === 0) return null;
  if (how === "highest") return Math.max(...known);
  const sum = known.reduce((a, b) => a + b, 0);
  return how === "sum" ? sum : sum / known.length;
}

export function Nodes() {
  void frames.value;
  const there = index.value;
  if (!there) return <Loading what="The nodes" tall={480} />;
  const rows: Row[] = [...there.byNode].map(([node, gpus]) => ({ node, gpus }));
  const figure = (key: string, title: string, unit: string, how: "mean" | "sum" | "highest"): Column<Row> => ({
    key: `${key}-${how}`,
    title,
    number: true,
    cell: (row) => plain(over(row.gpus, key, how), unit),
    by: (row) => over(row.gpus, key, how),
  });
  const columns: Column<Row>[] = [
    { key: "node", title: "Node", cell: (row) => <a href={view(["node", row.node])}>{row.node || "unnamed"}</a>, by: (row) => row.node },
    { key: "state", title: "Health", cell: (row) => <StateMark state={worstOf(row.gpus)} />, by: (row) => -STATES.indexOf(worstOf(row.gpus)) },
    { key: "gpus", title: "GPUs", number: true, cell: (row) => row.gpus.length, by: (row) => row.gpus.length },
    figure("activity", "Activity", "ratio", "mean"),
    figure("memory", "Memory", "ratio", "mean"),
    figure("temperature", "Hottest", "celsius", "highest"),
    figure("power", "Power", "watts", "sum"),
    figure("waste", "Idle, allocated", "gpus", "sum"),
    { key: "rack", title: "Rack", cell: (row) => row.gpus[0]?.rack || "–", by: (row) => row.gpus[0]?.rack ?? "" },
    { key: "model", title: "Model", cell: (row) => (row.gpus[0]?.model ?? "").replace(/^NVIDIA /, ""), by: (row) => row.gpus[0]?.model ?? "" },
  ];
  return (
    <>
      <Head title="Nodes">{count(rows.length, "node")}</Head>
      <section class="panel">
        <Table rows={rows} columns={columns} id={(row) => row.node} caption="Nodes" sort="state" empty={<Empty title="No node is seen">No exporter tells of a GPU.</Empty>} />
      </section>
    </>
  );
}

export function NodePage({ node }: { node: string }) {
  void frames.value;
  const there = index.value;
  if (!there) return <Loading what="The node" tall={480} />;
  const gpus = there.byNode.get(node);
  if (!gpus)
    return (
      <Empty title="No such node">
        Nothing tells of a GPU on <code>{node}</code> now. Its exporter may be down: <a href={view(["monitoring"])}>look at the targets</a>.
      </Empty>
    );
  const me = `{node=${quoted(node)}}`;
  const each = (labels: Readonly<Record<string, string>>) => `GPU ${labels["gpu"]}`;
  const first = gpus[0];
  return (
    <>
      <Head title={node} crumbs={[["Fleet", []], ["Nodes", ["nodes"]], ...(first?.rack ? [[first.rack, null] as const] : [])]}>
        <StateMark state={worstOf(gpus)} />
        <span>
          {count(gpus.length, "GPU")}, {first?.model}
        </span>
        <span>{plain(over(gpus, "power", "sum"), "watts")}</span>
      </Head>
      <section class="panel" aria-label="GPUs of the node">
        <GpuTable gpus={gpus} plainly />
      </section>
      <AlertList where={{ node }} title="Alerts of this node" />
      <Timeline where={{ node }} title="Activity and what happened" unit="ratio" asks={[{ promql: `gpu:activity:ratio${me}`, label: each }]} />
      <div class="charts two">
        <Panel title="Memory" unit="ratio" low={0} high={1} asks={[{ promql: `gpu:memory_used:ratio${me}`, label: each }]} />
        <Panel title="Temperature" unit="celsius" asks={[{ promql: `gpu:temperature:celsius${me}`, label: each }]} />
        <Panel title="Power" unit="watts" low={0} asks={[{ promql: `gpu:power:watts${me}`, label: each }]} />
        <Panel title="SM clock" unit="hertz" low={0} asks={[{ promql: `gpu:sm_clock:hertz${me}`, label: each }]} />
        <Panel title="PCIe and NVLink" unit="bytes_per_second" low={0} asks={[
          { promql: `node:pcie_bytes:sum${me}`, label: "PCIe, all GPUs" },
          { promql: `node:nvlink_bytes:sum${me}`, label: "NVLink, all GPUs" },
        ]} />
      </div>
    </>
  );
}
