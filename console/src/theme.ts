// Light or dark: as the system has it, or as somebody has chosen.
import { effect, signal } from "@preact/signals";

export type Choice = "system" | "light" | "dark";
const KEY = "warpwatch.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function kept(): Choice {
  try {
    const said = localStorage.getItem(KEY);
    return said === "light" || said === "dark" ? said : "system";
  } catch {
    return "system";
  }
}

export const choice = signal<Choice>(kept());
export const theme = signal<"light" | "dark">("light");

function settle(): void {
  theme.value = choice.value === "system" ? (dark.matches ? "dark" : "light") : choice.value;
}

dark.addEventListener("change", settle);
effect(() => {
  const said = choice.value;
  settle();
  document.documentElement.dataset["theme"] = theme.value;
  try {
    if (said === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, said);
  } catch {
    // Without storage it is the system's next time.
  }
});
effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function toggle(): void {
  choice.value = theme.value === "dark" ? "light" : "dark";
}

/** A colour of the style sheet, for what is drawn. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
