// One GPU: what it does, for whom, how it is, and what it cannot tell.
import { useMemo } from "preact/hooks";
import { Panel } from "../chart/panel";
import type { Band } from "../chart/plot";
import { Timeline, useEvents } from "../chart/timeline";
import { frames, type Gpu, index, session, stateOf } from "../fleet";
import { count, plain } from "../format";
import type { Labels, Sampled, Work } from "../model";
import { view } from "../router";
import { range } from "../time";
import { type Asked, useAsk } from "../ui/ask";
import { StateMark } from "../ui/marks";
import { Answer, Figure, Head, Part } from "../ui/part";
import { Empty, Failure, Loading } from "../ui/states";
import { Table } from "../ui/table";
import { AlertList } from "./alerts";

export const quoted = (value: string) => JSON.stringify(value);

export function GpuPage({ uuid }: { uuid: string }) {
  const there = index.value;
  void frames.value;
  if (!there) return <Loading what="The GPU" tall={480} />;
  const gpu = there.byUuid.get(uuid);
  if (!gpu)
    return (
      <Empty title="No such GPU">
        Nothing tells of <code>{uuid}</code> now. It may have been taken out, or its exporter is down: <a href={view(["monitoring"])}>look at the targets</a>.
      </Empty>
    );
  return <Known key={uuid} gpu={gpu} />;
}

function Known({ gpu }: { gpu: Gpu }) {
  const me = `{uuid=${quoted(gpu.uuid)}}`;
  // What is told of its node is told of it too.
  const where = { uuid: gpu.uuid, node: gpu.node };
  const events = useEvents(where);
  const { start, end } = range.value;
  const bands = useMemo<readonly Band[]>(
    () => (events.data?.events ?? []).filter((event) => event.kind === "throttle").map((event) => ({ start: event.start ?? start, end: event.end ?? end, label: "slowed" })),
    [events.data],
  );
  const series = session.value?.measures.map((measure) => measure.series) ?? [];
  const now = useAsk<Sampled>("api/v1/query", { query: `{__name__=~"${series.join("|")}", uuid=${quoted(gpu.uuid)}}` }, Math.floor(end));
  const exact = (name: string) => {
    const found = now.data?.samples.find((sample) => sample.labels["__name__"] === name);
    return found ? Number(found.value) : null;
  };
  const silent = now.data !== null && now.data.samples.length === 0;
  const owners = useAsk<readonly Work[]>(`api/v1/gpu/${encodeURIComponent(gpu.uuid)}/owners`, {}, Math.floor(end));
  return (
    <>
      <Head title={`GPU ${gpu.gpu} of ${gpu.node}`} crumbs={[["Fleet", []], ...(gpu.rack ? [[gpu.rack, null] as const] : []), [gpu.node, ["node", gpu.node]]]}>
        <StateMark state={stateOf(gpu.at)} />
        <span>{gpu.model}</span>
        <code>{gpu.uuid}</code>
      </Head>
      <div class="tiles">
        {session.value?.measures.map((measure) => (
          <Figure key={measure.key} title={measure.title} help={measure.help} value={exact(measure.series)} of={measure.unit} promql={measure.series + me} />
        ))}
      </div>
      {now.error ? <Failure error={now.error} what="What it does now" again={now.again} /> : null}
      <Owners asked={owners} silent={silent} />
      <AlertList where={{ uuid: gpu.uuid }} title="Alerts of this GPU and its node" />
      <Timeline where={where} title="Work and what happened" unit="ratio" asks={[
        { promql: `gpu:utilisation:ratio${me}`, label: "utilisation" },
        { promql: `gpu:sm_active:ratio${me}`, label: "SMs" },
        { promql: `gpu:tensor_active:ratio${me}`, label: "tensor" },
        { promql: `gpu:dram_active:ratio${me}`, label: "DRAM" },
      ]} />
      <Charts me={me} bands={bands} />
      <div class="charts two">
        <Codes gpu={gpu} />
        <Instances gpu={gpu} />
        <Processes gpu={gpu} />
        <Gaps gpu={gpu} silent={silent} />
      </div>
    </>
  );
}

function Charts({ me, bands }: { me: string; bands: readonly Band[] }) {
  const shared = { height: 150 };
  return (
    <div class="charts two">
      <Panel {...shared} title="Memory" unit="bytes" low={0} help="Memory in use, and what there is." asks={[
        { promql: `gpu:memory_used:bytes${me}`, label: "used" },
        { promql: `gpu:memory_total:bytes${me}`, label: "total", dash: true },
      ]} />
      <Panel {...shared} title="Temperature" unit="celsius" bands={bands} help="Shaded where the clocks were held down by heat or the power supply." asks={[
        { promql: `gpu:temperature:celsius${me}`, label: "GPU" },
        { promql: `gpu:memory_temperature:celsius${me}`, label: "memory" },
        { promql: `gpu:temperature_limit:celsius${me} or (gpu:temperature:celsius${me} + gpu:temperature_margin:celsius${me})`, label: "slows down at", dash: true },
      ]} />
      <Panel {...shared} title="Power" unit="watts" low={0} help="Power drawn, and what the board may draw." asks={[
        { promql: `gpu:power:watts${me}`, label: "drawn" },
        { promql: `gpu:power_limit:watts${me}`, label: "limit", dash: true },
      ]} />
      <Panel {...shared} title="Clocks" unit="hertz" low={0} bands={bands} help="Shaded where they were held down by heat or the power supply." asks={[
        { promql: `gpu:sm_clock:hertz${me}`, label: "SM" },
        { promql: `gpu:memory_clock:hertz${me}`, label: "memory" },
        { promql: `gpu:sm_clock_max:hertz${me}`, label: "highest SM", dash: true },
      ]} />
      <Panel {...shared} title="Slowed" unit="ratio" low={0} high={1} help="Share of the last five minutes for which each reason held the clocks down." asks={[
        { promql: `gpu:throttled_power_cap:ratio${me}`, label: "power limit" },
        { promql: `gpu:throttled_thermal_software:ratio${me}`, label: "heat, gently" },
        { promql: `gpu:throttled_thermal_hardware:ratio${me}`, label: "heat, hard" },
        { promql: `gpu:throttled_power_brake:ratio${me}`, label: "power supply" },
      ]} />
      <Panel {...shared} title="PCIe and NVLink" unit="bytes_per_second" low={0} asks={[
        { promql: `gpu:pcie_received:bytes_per_second${me}`, label: "PCIe to the GPU" },
        { promql: `gpu:pcie_sent:bytes_per_second${me}`, label: "PCIe from it" },
        { promql: `gpu:nvlink:bytes_per_second${me}`, label: "NVLink, both ways" },
      ]} />
      <Panel {...shared} title="Memory errors and retries" unit="" low={0} help="ECC errors since the last reset, replaced rows, PCIe retries." asks={[
        { promql: `gpu:ecc_corrected_volatile:total${me}`, label: "ECC mended" },
        { promql: `gpu:ecc_uncorrected_volatile:total${me}`, label: "ECC beyond mending" },
        { promql: `gpu:rows_remapped_uncorrected:total${me}`, label: "rows replaced" },
        { promql: `gpu:pcie_replays:total${me}`, label: "PCIe retries" },
      ]} />
    </div>
  );
}

function Owners({ asked, silent }: { asked: Asked<readonly Work[]>; silent: boolean }) {
  return (
    <Part title="Whose it is">
      <Answer of={asked} what="Whose it is" tall={24}>
        {(works) =>
          works.length ? (
            <ul class="owners">
              {works.map((work) => (
                <li key={work.id}>
                  <a href={view(["workload", work.id])}>{work.id}</a>
                  <span class="muted">{[work.labels["team"], work.labels["workload_user"], `with ${count(work.gpus.length, "GPU")}`, silent && "when last heard of"].filter(Boolean).join(" · ")}</span>
                </li>
              ))}
            </ul>
          ) : (
            <p class="muted">{silent ? "Nothing is told of it now: whose it is is not known." : "Nobody has it now, as far as the exporter can tell."}</p>
          )
        }
      </Answer>
    </Part>
  );
}

function Listed({ title, promql, none, children }: { title: string; promql: string; none: string; children: (rows: Sampled["samples"]) => preact.ComponentChildren }) {
  const asked = useAsk<Sampled>("api/v1/query", { query: promql }, Math.floor(range.value.end));
  return (
    <Part title={title} promql={promql}>
      <Answer of={asked} what={title} tall={80}>
        {(told) => (told.samples.length ? children(told.samples) : <p class="muted pad">{none}</p>)}
      </Answer>
    </Part>
  );
}

type Row = { readonly labels: Labels; readonly value: number | string };
const rowKey = (row: Row) => JSON.stringify(row.labels);

function Codes({ gpu }: { gpu: Gpu }) {
  return (
    <Listed title="XID errors" promql={`gpu:xid_errors:total{uuid=${quoted(gpu.uuid)}}`} none="No XID was counted since the exporter began, or it counts none.">
      {(rows) => (
        <Table rows={rows} caption="XID errors" id={rowKey} sort="seen" down columns={[
          { key: "xid", title: "XID", cell: (row) => <a href={view(["why", "xid", row.labels["xid"] ?? ""])}>XID {row.labels["xid"]}</a>, by: (row) => Number(row.labels["xid"]) },
          { key: "seen", title: "Seen", number: true, cell: (row) => plain(Number(row.value), ""), by: (row) => Number(row.value) },
          { key: "why", title: "", cell: (row) => <a href={view(["why", "xid", row.labels["xid"] ?? ""])}>What to do</a> },
        ]} />
      )}
    </Listed>
  );
}

function Instances({ gpu }: { gpu: Gpu }) {
  return (
    <Listed title="MIG instances" promql={`gpu_instance:activity:ratio{uuid=${quoted(gpu.uuid)}, mig_id!=""}`} none="This GPU is not divided.">
      {(rows) => (
        <Table rows={rows} caption="MIG instances" id={rowKey} sort="id" columns={[
          { key: "id", title: "Instance", cell: (row) => row.labels["mig_id"], by: (row) => Number(row.labels["mig_id"]) },
          { key: "profile", title: "Profile", cell: (row) => row.labels["mig_profile"], by: (row) => row.labels["mig_profile"] ?? "" },
          { key: "activity", title: "Activity", number: true, cell: (row) => plain(Number(row.value), "ratio"), by: (row) => Number(row.value) },
        ]} />
      )}
    </Listed>
  );
}

function Processes({ gpu }: { gpu: Gpu }) {
  return (
    <Listed title="Processes" promql={`warpwatch_process_gpu_memory_bytes{UUID=${quoted(gpu.uuid)}}`} none="No process is told of: the exporter shows them when it is asked to.">
      {(rows) => (
        <Table rows={rows} caption="Processes" id={rowKey} sort="memory" down columns={[
          { key: "pid", title: "PID", cell: (row) => row.labels["pid"], by: (row) => Number(row.labels["pid"]) },
          { key: "command", title: "Command", wide: true, cell: (row) => row.labels["command"] || "not to be seen", by: (row) => row.labels["command"] ?? "" },
          { key: "user", title: "User", cell: (row) => row.labels["user"] || "–", by: (row) => row.labels["user"] ?? "" },
          { key: "memory", title: "Memory", number: true, cell: (row) => plain(Number(row.value), "bytes"), by: (row) => Number(row.value) },
        ]} />
      )}
    </Listed>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  unsupported: "this board or driver does not have it",
  no_permission: "the exporter may not read it",
  not_yet_sampled: "it has not been read yet",
  timed_out: "the driver did not answer in time",
  lost: "the GPU is gone from the bus",
  failed: "the driver reported a failure",
  released: "the driver was let go on request",
  paused: "profiling is paused",
  not_implemented: "nothing here can fill it yet",
};

function Gaps({ gpu, silent }: { gpu: Gpu; silent: boolean }) {
  return (
    <Listed title="What it does not tell" promql={`warpwatch_gpu_gap{UUID=${quoted(gpu.uuid)}}`} none={silent ? "Nothing is told of it now, not even why: its exporter is down, or does not list it." : "Everything that was asked for is told, or the exporter does not say what is missing."}>
      {(rows) => (
        <Table rows={rows} caption="Gaps" id={rowKey} sort="field" page={10} columns={[
          { key: "field", title: "Field", cell: (row) => <a href={view(["why", "series", row.labels["field"] ?? ""])}>{row.labels["field"]}</a>, by: (row) => row.labels["field"] ?? "" },
          { key: "reason", title: "Why", wide: true, cell: (row) => REASONS[row.labels["reason"] ?? ""] ?? row.labels["reason"], by: (row) => row.labels["reason"] ?? "" },
        ]} />
      )}
    </Listed>
  );
}

