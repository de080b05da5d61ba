// What happened, on the time axis of the charts above and below it.
import { useState } from "preact/hooks";
import { clock, count, span, stamp } from "../format";
import type { Happening } from "../model";
import { segments, view } from "../router";
import { cursor, range } from "../time";
import { useAsk } from "../ui/ask";
import { Mark } from "../ui/marks";
import { Answer } from "../ui/part";
import { Empty } from "../ui/states";
import { type Ask, Panel } from "./panel";
import { LEFT, RIGHT } from "./plot";

const LANES: readonly (readonly [Happening["kind"], string])[] = [
  ["alert", "Alerts"],
  ["xid", "XIDs"],
  ["throttle", "Slowed"],
  ["work", "Work"],
];
const ROWS: Readonly<Record<string, number>> = { alert: 4, xid: 1, throttle: 2, work: 3 };
const ROW = 14;
const NARROWEST = 0.6;

export interface Told {
  readonly start: number;
  readonly end: number;
  readonly events: readonly Happening[];
}

export function useEvents(where: Readonly<Record<string, string>>) {
  const { start, end } = range.value;
  return useAsk<Told>("api/v1/events", { start, end, ...where }, Math.floor(end));
}

interface Props {
  readonly where: Readonly<Record<string, string>>;
  readonly title: string;
  readonly unit: string;
  readonly asks: readonly Ask[];
}

/** What happened, below the chart that it is to be held against, on the same axis. */
export function Timeline({ where, title, unit, asks }: Props) {
  const asked = useEvents(where);
  const [list, setList] = useState(false);
  const told = asked.data;
  return (
    <Panel title={title} unit={unit} asks={asks} low={0} height={110} named={16} {...(unit === "ratio" ? { high: 1 } : {})}>
      <Answer of={asked} what="What happened" tall={150}>
        {(found) => (found.events.length ? <Lanes told={found} /> : <Empty title="Nothing happened that is told of">No alert, no error code, no slowdown, and no work that began or ended.</Empty>)}
      </Answer>
      {told && told.events.length > 0 && (
        <p class="row end">
          <button type="button" class="small quietly" aria-expanded={list} onClick={() => setList(!list)}>
            {list ? "Hide the list" : `List ${count(told.events.length, "event")}`}
          </button>
        </p>
      )}
      {told && list && <List events={told.events} />}
    </Panel>
  );
}

const WEIGHT: Readonly<Record<string, number>> = { critical: 0, warning: 1 };

function Lanes({ told }: { told: Told }) {
  const { start, end } = range.value;
  const share = (time: number) => (100 * (time - start)) / Math.max(1, end - start);
  const at = cursor.value;
  const seen = told.events.filter((event) => (event.end ?? end) >= start && (event.start ?? start) <= end);
  return (
    <div class="lanes">
      {LANES.map(([kind, title]) => {
        const rows = packed(seen.filter((event) => event.kind === kind), start, end, ROWS[kind] ?? 1);
        return (
          <div class="lane" key={kind}>
            <span class="name" style={{ width: `${LEFT}px` }}>
              {title}
            </span>
            <div class="track" style={{ height: `${Math.max(1, rows.rows) * ROW + 4}px`, marginRight: `${RIGHT}px` }}>
              {rows.placed.map(({ event, row }, number) => {
                const from = Math.max(0, share(event.start ?? start));
                const to = event.moment ? from : Math.min(100, share(event.end ?? end));
                const said = sentence(event);
                return (
                  <a
                    key={number}
                    href={link(event)}
                    class={`event severity-${event.severity} ${event.moment ? "moment" : ""} ${event.start === null ? "before" : ""} ${event.end === null ? "after" : ""}`}
                    style={{ left: `${Math.min(from, event.moment ? 100 : 100 - NARROWEST)}%`, width: event.moment ? "10px" : `${Math.max(NARROWEST, to - from)}%`, top: `${row * ROW + 2}px` }}
                    title={said}
                    aria-label={said}
                  >
                    {event.moment ? <Mark of={event.severity} size={10} /> : to - from > 7 && <span>{event.title}</span>}
                  </a>
                );
              })}
              {rows.more > 0 && <span class="more">+{rows.more}</span>}
            </div>
          </div>
        );
      })}
      {at !== null && at >= start && at <= end && <div class="now" style={{ left: `calc(${LEFT}px + (100% - ${LEFT + RIGHT}px) * ${(at - start) / Math.max(1, end - start)})` }} />}
    </div>
  );
}

/** Each event in the first row with room. The gravest choose first; what finds no place is counted. */
function packed(events: readonly Happening[], start: number, end: number, rows: number) {
  const least = ((end - start) * NARROWEST) / 100;
  const taken: [number, number][][] = [];
  const placed: { event: Happening; row: number }[] = [];
  let more = 0;
  const order = [...events].sort((a, b) => (WEIGHT[a.severity] ?? 2) - (WEIGHT[b.severity] ?? 2) || (a.start ?? 0) - (b.start ?? 0));
  for (const event of order) {
    const from = event.start ?? start;
    const to = Math.max(from + least, event.moment ? from : (event.end ?? end)) + least;
    let row = taken.findIndex((spans) => spans.every(([a, b]) => to <= a || from >= b));
    if (row < 0 && taken.length < rows) row = taken.push([]) - 1;
    if (row < 0 && event.moment) row = 0;
    if (row < 0) more++;
    else {
      taken[row]?.push([from, to]);
      placed.push({ event, row });
    }
  }
  return { placed, more, rows: taken.length };
}

function place(event: Happening): string {
  const { node, gpu } = event.labels;
  return [node, gpu && `GPU ${gpu}`].filter(Boolean).join(" · ");
}

function link(event: Happening): string {
  const { uuid, node, xid } = event.labels;
  if (event.kind === "work") return view(["workload", event.title]);
  if (event.kind === "xid" && xid && (!uuid || segments.value[0] === "gpu")) return view(["why", "xid", xid]);
  if (uuid) return view(["gpu", uuid]);
  return node ? view(["node", node]) : view(["alerts"]);
}

function sentence(event: Happening): string {
  const from = event.start === null ? "since before" : clock(event.start, true);
  const to = event.moment ? "" : event.end === null ? " – now" : ` – ${clock(event.end, true)}`;
  return [`${event.title}${event.text ? `: ${event.text}` : ""}`, place(event), from + to].filter(Boolean).join(", ");
}

function List({ events }: { events: readonly Happening[] }) {
  return (
    <ol class="events">
      {[...events].reverse().map((event, number) => (
        <li key={number}>
          <time>{event.start === null ? "before" : stamp(event.start)}</time>
          <Mark of={event.severity === "none" ? "well" : event.severity} />
          <a href={link(event)}>{event.title}</a>
          <span class="muted">
            {event.text} {place(event)} {event.start !== null && event.end !== null && span(event.end - event.start)}
          </span>
        </li>
      ))}
    </ol>
  );
}
