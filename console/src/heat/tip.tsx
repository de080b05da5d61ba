// What is known of the cell that the pointer or the keyboard is at.
import { frames, type Gpu, session, stateOf, valueOf } from "../fleet";
import { plain } from "../format";
import { StateMark } from "../ui/marks";
import type { Layout } from "./layout";

const WIDE = 232;
const TALL = 190;
const APART = 8;

export function Tip({ gpu, layout, measure, map }: { gpu: Gpu; layout: Layout; measure: string; map: Element | null | undefined }) {
  void frames.value;
  if (!map) return null;
  const { pitch } = layout;
  const place = map.getBoundingClientRect();
  const x = place.left + (layout.x[gpu.at] ?? 0) * pitch;
  const y = place.top + (layout.y[gpu.at] ?? 0) * pitch;
  const left = Math.max(APART, Math.min(x - WIDE / 2, innerWidth - WIDE - 2 * APART));
  const above = y > TALL && y + TALL + pitch > innerHeight;
  return (
    <div class={above ? "tip above" : "tip"} style={{ left: `${left}px`, top: `${above ? y - APART : y + pitch + APART}px` }}>
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
