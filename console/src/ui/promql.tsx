// How a number was asked for: the expression, to copy, to open in the expression box, to see in Grafana.
import { useState } from "preact/hooks";
import { session } from "../fleet";
import { view } from "../router";
import { range } from "../time";
import { Icon } from "./marks";

export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  const copy = () => {
    void written(text).then((fine) => {
      setDone(fine);
      setTimeout(() => setDone(false), 1500);
    });
  };
  return (
    <button type="button" class="small" onClick={copy} aria-label={`Copy ${what}`}>
      <Icon name="copy" size={12} />
      <span aria-live="polite">{done ? "Copied" : "Copy"}</span>
    </button>
  );
}

// Browsers have a clipboard only where they are served over TLS or from this machine.
async function written(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "offscreen";
    document.body.append(area);
    area.select();
    const fine = document.execCommand("copy");
    area.remove();
    return fine;
  }
}

export function grafana(expressions: readonly string[]): string {
  const root = session.value?.grafana;
  if (!root) return "";
  const { start, end, live, name } = range.value;
  const queries = expressions.map((expr, at) => ({ refId: String.fromCharCode(65 + at), expr }));
  const span = live ? { from: `now-${name}`, to: "now" } : { from: String(start * 1000), to: String(end * 1000) };
  return `${root}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify({ a: { queries, range: span } }))}`;
}

export function PromQL({ of, expressions }: { of: string; expressions: readonly string[] }) {
  const link = grafana(expressions);
  return (
    <details class="promql" name="promql">
      <summary aria-label={`PromQL of ${of}`} title="PromQL">
        <Icon name="code" size={14} />
      </summary>
      <div class="pop">
        {expressions.map((expression) => (
          <div class="expression" key={expression}>
            <code>{expression}</code>
            <span class="row">
              <Copy text={expression} what={`PromQL of ${of}`} />
              <a class="button small" href={view(["explore"], { q: expression })}>
                Open
              </a>
            </span>
          </div>
        ))}
        {link && (
          <a class="button small" href={link} target="_blank" rel="noreferrer">
            Grafana
          </a>
        )}
      </div>
    </details>
  );
}
