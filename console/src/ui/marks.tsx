// Severity by shape as well as by colour: a diamond, a triangle, a ring, a dot.
import type { State } from "../model";
import { STATE_TITLES } from "../model";

const PATHS: Readonly<Record<string, string>> = {
  critical: "M8 1 15 8 8 15 1 8Z",
  warning: "M8 2 15 14H1Z",
  info: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3Z",
  well: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  silenced: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm0 1.8a3.7 3.7 0 1 1 0 7.4 3.7 3.7 0 0 1 0-7.4Z",
  unread: "M2 7h12v2H2Z",
};

export function Mark({ of, size = 12 }: { of: string; size?: number }) {
  return (
    <svg class={`mark mark-${of in PATHS ? of : "info"}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[of] ?? PATHS["info"]} />
    </svg>
  );
}

export function StateMark({ state }: { state: State }) {
  return (
    <span class={`state state-${state}`}>
      <Mark of={state} />
      {STATE_TITLES[state]}
    </span>
  );
}

export function Severity({ of }: { of: string }) {
  return (
    <span class={`state state-${of}`}>
      <Mark of={of} />
      {of}
    </span>
  );
}

const ICONS: Readonly<Record<string, string>> = {
  search: "M7 2a5 5 0 1 0 3 9l3.5 3.5 1-1L11 10a5 5 0 0 0-4-8Zm0 1.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7Z",
  moon: "M6 1.5A6.5 6.5 0 1 0 14.5 10 5.5 5.5 0 0 1 6 1.5Z",
  sun: "M8 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM7.3 0h1.4v2.6H7.3zm0 13.4h1.4V16H7.3zM0 7.3h2.6v1.4H0zm13.4 0H16v1.4h-2.6zM2 3l1-1 1.9 1.9-1 1zm9.1 9.1 1-1L14 13l-1 1zM2 13l1.9-1.9 1 1L3 14zm9.1-9.1L13 2l1 1-1.9 1.9z",
  help: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 8 2.4ZM7.3 10.6h1.5V12H7.3zM8 4.2c-1.6 0-2.6 1-2.6 2.4h1.4c0-.7.4-1.2 1.2-1.2s1.2.5 1.2 1c0 1.2-1.9 1.2-1.9 3.2h1.4c0-1.5 2-1.6 2-3.3C10.7 5 9.6 4.2 8 4.2Z",
  copy: "M5 1h8a1 1 0 0 1 1 1v9h-1.4V2.4H5Zm-2 3h7a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Zm.4 1.4v8.2h6.2V5.4Z",
  code: "M5.5 3.5 6.5 4.5 3 8l3.5 3.5-1 1L1 8Zm5 0L15 8l-4.5 4.5-1-1L13 8 9.5 4.5Z",
  close: "m3.5 2.5 4.5 4.5 4.5-4.5 1 1L9 8l4.5 4.5-1 1L8 9l-4.5 4.5-1-1L7 8 2.5 3.5Z",
  mute: "M8 1.5a4 4 0 0 1 4 4V9l1.5 2.5h-11L4 9V5.5a4 4 0 0 1 4-4Zm-1.5 11h3a1.5 1.5 0 0 1-3 0Z",
};

export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name] ?? ""} />
    </svg>
  );
}
