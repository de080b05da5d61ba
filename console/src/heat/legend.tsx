// What the colours and shapes of the cells mean.
import type { Frame } from "../fleet";
import { plain } from "../format";
import { STATES, STATE_TITLES } from "../model";
import { theme } from "../theme";
import { Mark } from "../ui/marks";
import { stateColour, stops } from "./ramp";

export function Legend({ measure, unit, frame }: { measure: string; unit: string; frame: Frame }) {
  const tone = theme.value;
  if (measure === "health")
    return (
      <p class="key">
        {STATES.map((state, at) => (
          <span key={state}>
            <i class="swatch" style={{ background: stateColour(at, tone) }} />
            {at > 1 && <Mark of={state} size={10} />}
            {STATE_TITLES[state]}
          </span>
        ))}
        <span class="hint">
          <kbd>←</kbd> <kbd>↑</kbd> move, <kbd>n</kbd> next alarm, <kbd>Enter</kbd> opens
        </span>
      </p>
    );
  return (
    <p class="key">
      <span class="ramp">
        {plain(frame.low, unit)}
        <i style={{ background: `linear-gradient(to right, ${stops(measure, tone).join(", ")})` }} />
        {plain(frame.high, unit)}
      </span>
      <span>
        <i class="swatch none" />
        no value
      </span>
      <span>
        <Mark of="critical" />
        critical, whatever is shown
      </span>
    </p>
  );
}
