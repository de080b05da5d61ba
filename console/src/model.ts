// What the server says, as src/warpwatch/web/ makes it.
export type Labels = Readonly<Record<string, string>>;

export interface Measure {
  readonly key: string;
  readonly title: string;
  readonly series: string;
  readonly unit: string;
  readonly help: string;
}

export interface Session {
  readonly role: "nobody" | "viewer" | "operator";
  readonly name: string;
  readonly operators: boolean;
  readonly alertmanager: boolean;
  readonly grafana: string;
  readonly version: string;
  readonly known: boolean;
  readonly measures: readonly Measure[];
  readonly bounds: { readonly days: number; readonly points: number };
}

export interface Cause {
  readonly alert: string;
  readonly severity: string;
  readonly family: string;
  readonly summary: string;
  readonly count: number;
  readonly silenced: number;
  readonly gpus: number;
  readonly nodes: number;
  readonly named: readonly string[];
  readonly since: number | null;
  readonly first: readonly Labels[];
}

export interface Verdict {
  readonly total: number;
  readonly need: number;
  readonly watch: number;
  readonly silenced: number;
  readonly unread: number;
  readonly other: number;
  readonly uneasy: number;
  readonly judged: boolean;
  readonly where: readonly string[];
  readonly causes: readonly Cause[];
}

export interface Sum {
  readonly key: string;
  readonly title: string;
  readonly value: number | null;
  readonly unit: string;
  readonly known: number;
  readonly promql: string;
  readonly help: string;
}

export interface Summary {
  readonly index: string;
  readonly verdict: Verdict;
  readonly sums: readonly Sum[];
  readonly workloads: number;
  readonly simulated: boolean;
  readonly notes: readonly string[];
}

export interface Status {
  readonly at: number | null;
  readonly problem: string;
  readonly hint: string;
  readonly failing_since: number | null;
}

export interface Alert {
  readonly name: string;
  readonly severity: string;
  readonly family: string;
  readonly summary: string;
  readonly description: string;
  readonly labels: Labels;
  readonly since: number | null;
  readonly silences: readonly string[];
}

export interface Work {
  readonly id: string;
  readonly labels: Labels;
  readonly gpus: readonly string[];
  readonly nodes: number;
  readonly share: number;
  readonly activity: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly idle: number;
  readonly watts: number | null;
}

export interface Happening {
  readonly kind: "alert" | "xid" | "throttle" | "work";
  readonly title: string;
  readonly text: string;
  readonly severity: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly labels: Labels;
  readonly moment: boolean;
}

export interface Ranged {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly series: readonly { readonly labels: Labels; readonly values: readonly (number | null)[] }[];
  readonly left_out: number;
}

export interface Sampled {
  readonly samples: readonly { readonly labels: Labels; readonly value: number | string }[];
  readonly left_out: number;
  readonly warnings: readonly string[];
}

/** In the order of their weight, as in src/warpwatch/web/health.py. */
export const STATES = ["well", "unread", "silenced", "warning", "critical"] as const;
export type State = (typeof STATES)[number];
export const STATE_TITLES: Readonly<Record<State, string>> = {
  well: "Healthy",
  unread: "Not read",
  silenced: "Silenced",
  warning: "Warning",
  critical: "Critical",
};
