// GPUs as a table: what the heat map shows, for those who read, sort and search.
import { useState } from "preact/hooks";
import { frames, type Gpu, session, stateOf, valueOf } from "../fleet";
import { plain } from "../format";
import { STATES, STATE_TITLES } from "../model";
import { turn, view } from "../router";
import { StateMark } from "../ui/marks";
import { Empty } from "../ui/states";
import { type Column, Table } from "../ui/table";

export function GpuTable({ gpus, state = "", plainly = false }: { gpus: readonly Gpu[]; state?: string; plainly?: boolean }) {
  void frames.value;
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = gpus.filter((gpu) => (!state || stateOf(gpu.at) === state) && words.every((word) => `${gpu.node} gpu${gpu.gpu} ${gpu.model} ${gpu.rack} ${gpu.uuid}`.toLowerCase().includes(word)));
  const columns: Column<Gpu>[] = [
    { key: "gpu", title: "GPU", cell: (gpu) => <a href={view(["gpu", gpu.uuid])}>{plainly ? `GPU ${gpu.gpu}` : `${gpu.node} · GPU ${gpu.gpu}`}</a>, by: (gpu) => `${gpu.node} ${gpu.gpu}` },
    { key: "state", title: "Health", cell: (gpu) => <StateMark state={stateOf(gpu.at)} />, by: (gpu) => -STATES.indexOf(stateOf(gpu.at)) },
    ...(session.value?.measures ?? []).map((measure) => ({
      key: measure.key,
      title: measure.title,
      number: true,
      cell: (gpu: Gpu) => plain(valueOf(measure.key, gpu.at), measure.unit),
      by: (gpu: Gpu) => valueOf(measure.key, gpu.at),
    })),
    { key: "model", title: "Model", cell: (gpu) => gpu.model.replace(/^NVIDIA /, ""), by: (gpu) => gpu.model },
    ...(plainly ? [] : [{ key: "rack", title: "Rack", cell: (gpu: Gpu) => gpu.rack || "–", by: (gpu: Gpu) => gpu.rack }]),
  ];
  return (
    <>
      {!plainly && (
        <div class="filters">
          <input type="search" placeholder="Filter by node, model, rack" aria-label="Filter GPUs" value={text} onInput={(event) => setText(event.currentTarget.value)} />
          <label class="inline">
            <span>Health</span>
            <select value={state} onChange={(event) => turn({ state: event.currentTarget.value }, true)}>
              <option value="">all</option>
              {STATES.map((each) => (
                <option key={each} value={each}>
                  {STATE_TITLES[each].toLowerCase()}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Table rows={rows} columns={columns} id={(gpu) => gpu.uuid} caption="GPUs" sort={plainly ? "gpu" : "state"} empty={<Empty title="No GPU fits">Change the filter to see more.</Empty>} />
    </>
  );
}
