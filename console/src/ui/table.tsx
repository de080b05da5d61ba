// A table that sorts, and shows its rows a page at a time.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { grouped } from "../format";

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** By what it is sorted; a column without it is not. */
  readonly by?: (row: Row) => number | string | null;
  readonly number?: boolean;
  readonly wide?: boolean;
}

interface Props<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly id: (row: Row) => string;
  readonly caption: string;
  readonly sort?: string;
  readonly down?: boolean;
  readonly page?: number;
  readonly empty?: ComponentChildren;
}

export function Table<Row>({ rows, columns, id, caption, sort = "", down = false, page = 100, empty }: Props<Row>) {
  const [order, setOrder] = useState({ by: sort, down });
  const [first, setFirst] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const column = columns.find((each) => each.key === order.by);
  const by = column?.by;
  const sorted = by ? [...rows].sort((a, b) => compared(by(a), by(b), order.down)) : rows;
  const from = first < sorted.length ? first : 0;
  const shown = sorted.slice(from, from + page);
  useEffect(() => setFirst(0), [order.by, order.down]);
  if (rows.length === 0 && empty) return <>{empty}</>;
  return (
    <div class="table" ref={body}>
      <div class="scroll" tabIndex={0} role="group" aria-label={caption}>
        <table>
          <caption class="offscreen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((each) => (
                <th
                  key={each.key}
                  scope="col"
                  class={each.number ? "number" : ""}
                  aria-sort={each.by ? (order.by === each.key ? (order.down ? "descending" : "ascending") : "none") : undefined}
                >
                  {each.by ? (
                    <button type="button" onClick={() => setOrder({ by: each.key, down: order.by === each.key ? !order.down : Boolean(each.number) })}>
                      {each.title}
                      <span aria-hidden="true" class="arrow">
                        {order.by === each.key ? (order.down ? "↓" : "↑") : ""}
                      </span>
                    </button>
                  ) : (
                    each.title
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={id(row)} data-row="">
                {columns.map((each) => (
                  <td key={each.key} class={each.number ? "number" : each.wide ? "wide" : ""}>
                    {each.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sorted.length > page && (
        <nav class="pages" aria-label={`Pages of ${caption}`}>
          <button type="button" disabled={from === 0} onClick={() => setFirst(Math.max(0, from - page))}>
            Previous
          </button>
          <span class="figures">
            {grouped(from + 1)}–{grouped(Math.min(from + page, sorted.length))} of {grouped(sorted.length)}
          </span>
          <button type="button" disabled={from + page >= sorted.length} onClick={() => setFirst(from + page)}>
            Next
          </button>
        </nav>
      )}
    </div>
  );
}

/** What is not known comes last, whichever way it is sorted. */
function compared(a: number | string | null, b: number | string | null, down: boolean): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
  return down ? -order : order;
}
