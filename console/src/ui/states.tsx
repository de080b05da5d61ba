// What is shown instead of what is not there: designed, and of the size of what will come.
import type { ComponentChildren } from "preact";
import { Refused } from "../api";

export function Loading({ what, tall = 160 }: { what: string; tall?: number }) {
  return (
    <div class="loading" role="status" style={{ minHeight: `${tall}px` }}>
      <span class="offscreen">{what} is being loaded</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function Empty({ title, children, tall }: { title: string; children?: ComponentChildren; tall?: number }) {
  return (
    <div class="empty" style={tall ? { minHeight: `${tall}px` } : {}}>
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Failure({ error, what, again }: { error: unknown; what: string; again?: () => void }) {
  const told = error instanceof Refused ? error : null;
  return (
    <div class="failure" role="alert">
      <strong>{what} cannot be shown</strong>
      <p>{told ? told.message : String(error)}</p>
      {told?.hint && <p class="hint">Next: {told.hint}</p>}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
