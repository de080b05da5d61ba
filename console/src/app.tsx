// The frame around every view: where one can go, how old what is shown is, and what is wrong with the sight.
import { useEffect } from "preact/hooks";
import { remove } from "./api";
import { connected, learn, listen, session, status, summary } from "./fleet";
import { span, when } from "./format";
import { Help, helping } from "./keys";
import { Alerts } from "./pages/alerts";
import { Explore } from "./pages/explore";
import { Fleet, sentence, worst } from "./pages/fleet";
import { GpuPage } from "./pages/gpu";
import { Monitoring } from "./pages/monitoring";
import { NodePage, Nodes } from "./pages/nodes";
import { Why, WhyList } from "./pages/why";
import { WorkloadPage, Workloads } from "./pages/workloads";
import { segments, view } from "./router";
import { PAGES, Search, searching } from "./search";
import { theme, toggle } from "./theme";
import { choose, PRESETS, range, second } from "./time";
import { Icon } from "./ui/marks";
import { settle, SignIn, SilenceDialog } from "./ui/silence";
import { Empty } from "./ui/states";

const STALE = 30;

export function App() {
  const who = session.value;
  useEffect(() => {
    if (who && who.role !== "nobody") {
      if (who.known) void learn();
      listen();
    }
  }, [who?.role === "nobody"]);
  if (!who) return null;
  if (who.role === "nobody")
    return (
      <main class="gate">
        <h1>warpwatch</h1>
        <SignIn done={() => undefined} why="This console wants a token before it shows anything." />
      </main>
    );
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <Head />
      <Banners />
      <main id="main" tabIndex={-1}>
        <View />
      </main>
      <Foot />
      <Search />
      <Help />
      <SilenceDialog />
    </>
  );
}

function View() {
  const [first = "", second_ = "", ...rest] = segments.value;
  const told = summary.value;
  const title = told ? sentence(told.verdict) : "";
  useEffect(() => {
    const where = segments.value.join(" ");
    document.title = `${where || title || "Fleet"} · warpwatch`;
  }, [segments.value, title]);
  switch (first) {
    case "":
      return <Fleet />;
    case "nodes":
      return <Nodes />;
    case "node":
      return <NodePage node={second_} />;
    case "gpu":
      return <GpuPage uuid={second_} />;
    case "workloads":
      return <Workloads />;
    case "workload":
      return <WorkloadPage name={[second_, ...rest].join("/")} />;
    case "alerts":
      return <Alerts />;
    case "monitoring":
      return <Monitoring />;
    case "explore":
      return <Explore />;
    case "why":
      return second_ ? <Why key={rest.join("/")} kind={second_} name={rest.join("/")} /> : <WhyList />;
    default:
      return (
        <Empty title="There is no such page">
          <a href={view([])}>To the fleet</a>
        </Empty>
      );
  }
}

const OF: Readonly<Record<string, string>> = { node: "nodes", workload: "workloads", gpu: "" };

function Head() {
  const now = segments.value[0] ?? "";
  const told = summary.value;
  const state = told ? worst(told.verdict) : "unread";
  return (
    <header class="bar-top">
      <a class="brand" href={view([])} aria-label="warpwatch, fleet">
        <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" class={`logo logo-${state}`}>
          <path d="M2 3h4v4H2zm6 0h4v4H8zm6 0h4v4h-4zM2 8.500h4v4H2zm12 0h4v4h-4zM2 14h4v4H2zm6 0h4v4H8zm6 0h4v4h-4z" />
          <path class="heart" d="M8 8.500h4v4H8z" />
        </svg>
        <span>warpwatch</span>
      </a>
      <nav aria-label="Views">
        {PAGES.map(([, title, path]) => (
          <a key={path} href={view(path ? [path] : [])} aria-current={(OF[now] ?? now) === path ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <span class="grow" />
      {told?.simulated && (
        <span class="badge" title="No number here is of a real GPU.">
          Simulated<span> data</span>
        </span>
      )}
      <Range />
      <Age />
      <button type="button" class="bare" aria-label="Search" title="Search (/)" onClick={() => (searching.value = true)}>
        <Icon name="search" />
      </button>
      <button type="button" class="bare" aria-label={theme.value === "dark" ? "Light" : "Dark"} title="Light or dark (t)" onClick={toggle}>
        <Icon name={theme.value === "dark" ? "sun" : "moon"} />
      </button>
      <button type="button" class="bare" aria-label="Keyboard" title="Keyboard (?)" onClick={() => (helping.value = true)}>
        <Icon name="help" />
      </button>
    </header>
  );
}

function Range() {
  const { name, start, end, live } = range.value;
  return (
    <label class="inline range">
      <span class="offscreen">Time range</span>
      <select value={live ? name : "fixed"} onChange={(event) => choose(event.currentTarget.value)}>
        {!live && (
          <option value="fixed" disabled>
            {when(start)} – {when(end)}
          </option>
        )}
        {PRESETS.map(([preset]) => (
          <option key={preset} value={preset}>
            last {preset}
          </option>
        ))}
      </select>
    </label>
  );
}

function Age() {
  const at = status.value?.at;
  const old = at ? second.value - at : null;
  const stale = !connected.value || Boolean(status.value?.problem) || (old !== null && old > STALE);
  return (
    <span class={stale ? "age stale" : "age"} title={at ? `What is shown is of ${when(at)}` : "Nothing has come yet"}>
      <i aria-hidden="true" />
      <span class="figures">{old === null ? "…" : old < 2 ? "now" : `${span(old)} ago`}</span>
    </span>
  );
}

function Banners() {
  const told = status.value;
  const at = told?.at;
  if (!connected.value)
    return (
      <p class="banner" role="alert">
        <strong>The console does not answer.</strong> {at ? `What is shown is of ${when(at)}.` : ""} It is tried again by itself.
      </p>
    );
  // The first screen itself says that nothing has been seen yet.
  if (told?.problem && (at || segments.value.length))
    return (
      <p class="banner" role="alert">
        <strong>The fleet is not seen{at ? " any more" : ""}</strong>
        {at ? ` since ${when(told.failing_since ?? at)}` : ""}: {told.problem}.{at ? ` What is shown is of ${when(at)}.` : ""}
        {told.hint && ` Next: ${told.hint}.`}
      </p>
    );
  return null;
}

function Foot() {
  const who = session.value;
  const leave = async () => {
    await remove("api/v1/session");
    await settle();
  };
  return (
    <footer>
      <span>warpwatch {who?.version}</span>
      <span>{who?.role === "operator" ? "operator" : who?.operators ? "viewer" : "read-only"}</span>
      {who?.role === "operator" && (
        <button type="button" class="small" onClick={() => void leave()}>
          Sign out
        </button>
      )}
      <span class="grow" />
      <span>
        <kbd>?</kbd> keyboard
      </span>
    </footer>
  );
}
