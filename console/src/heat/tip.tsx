// What is known of the cell that the pointer or the keyboard is at.
import { frames, type Gpu, session, stateOf, valueOf } from "../fleet";
import { plain } from "../format";
import { StateMark } from "../ui/marks";
import type { Layout } from "./layout";

const WIDE = 232;
const TALL = 190;

export function Tip({ gpu, layout, measure }: { gpu: Gpu; layout: Layout; measure: string }) {
  void frames.value;
  const x = (layout.x[gpu.at] ?? 0) * layout.pitch;
  const y = (layout.y[gpu.at] ?? 0) * layout.pitch;
  const left = Math.min(Math.max(0, x - WIDE / 2), Math.max(0, layout.columns * layout.pitch - WIDE));
  const below = y < TALL;
  return (
    <div class={`tip ${below ? "below" : "above"}`} style={{ left: `${left}px`, top: `${below ? y + layout.pitch + 8 : y - 8}px` }}>
      <strong>
        {gpu.node} · GPU {gpu.gpu}
      </strong>
      <span class="muted">{gpu.model.replace(/^NVIDIA /, "")}</span>
      <StateMark state={stateOf(gpu.at)} />
      <dl>
        {session.value?.measures.map((each) => (
          <div key={each.key} class={each.key === measure ? "now" : ""}>
            <dt>{each.title}</dt>
            <dd>{plain(valueOf(each.key, gpu.at), each.unit)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
