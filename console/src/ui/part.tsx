// The parts that every page is made of.
import type { ComponentChildren } from "preact";
import { shown } from "../format";
import { view } from "../router";
import type { Asked } from "./ask";
import { PromQL } from "./promql";
import { Failure, Loading } from "./states";

/** What was asked for; until it is there, or if it cannot be had, that. */
export function Answer<T>({ of, what, tall = 160, children }: { of: Asked<T>; what: string; tall?: number; children: (data: T) => ComponentChildren }) {
  if (of.data !== null) return <>{children(of.data)}</>;
  return of.error ? <Failure error={of.error} what={what} again={of.again} /> : <Loading what={what} tall={tall} />;
}

export function Part({ title, note, promql, children, name = "" }: { title: string; note?: ComponentChildren; promql?: string; children: ComponentChildren; name?: string }) {
  return (
    <section class={`panel ${name}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span class="legend">{note}</span>
        {promql && <PromQL of={title} expressions={[promql]} />}
      </header>
      {children}
    </section>
  );
}

export function Tile({ title, text, unit = "", note, help, promql, wide = false, children }: { title: string; text?: string; unit?: string; note?: string | undefined; help?: string; promql?: readonly string[]; wide?: boolean; children?: ComponentChildren }) {
  return (
    <div class={wide ? "tile wide" : "tile"} role="group" aria-label={title}>
      <header>
        <h2 title={help}>{title}</h2>
        {promql && <PromQL of={title} expressions={promql} />}
      </header>
      {text !== undefined && (
        <p class="figure">
          {text}
          {unit && <small>{unit}</small>}
        </p>
      )}
      {note && <p class="muted">{note}</p>}
      {children}
    </div>
  );
}

/** The title of a page, where it belongs, and what is said of it at once. */
export function Head({ title, crumbs = [], children }: { title: ComponentChildren; crumbs?: readonly (readonly [string, readonly string[] | null])[]; children?: ComponentChildren }) {
  return (
    <div class="head">
      {crumbs.length > 0 && (
        <p class="crumbs">
          {crumbs.map(([text, path], at) => (
            <span key={text}>
              {at > 0 && " / "}
              {path ? <a href={view(path)}>{text}</a> : text}
            </span>
          ))}
        </p>
      )}
      <h1>{title}</h1>
      <div class="facts">{children}</div>
    </div>
  );
}

export function Tabs({ label, now, tabs, choose }: { label: string; now: string; tabs: readonly (readonly [string, string])[]; choose: (name: string) => void }) {
  return (
    <div class="segments" role="tablist" aria-label={label}>
      {tabs.map(([name, title]) => (
        <button key={name} type="button" role="tab" aria-selected={now === name} onClick={() => choose(name)}>
          {title}
        </button>
      ))}
    </div>
  );
}

/** A tile of one number with its unit. */
export function Figure({ title, value, of, note, help = "", promql }: { title: string; value: number | null; of: string; note?: string; help?: string; promql: string }) {
  const { text, unit } = shown(value, of);
  return <Tile title={title} text={text} unit={unit} note={note} help={help} promql={[promql]} />;
}
