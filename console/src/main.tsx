import { render } from "preact";
import { get, Refused } from "./api";
import { App } from "./app";
import { failure, session } from "./fleet";
import { listen } from "./keys";
import type { Session } from "./model";
import { follow } from "./router";
import { Failure } from "./ui/states";
import "./theme";

const root = document.getElementById("app") as HTMLElement;

async function begin(): Promise<void> {
  try {
    session.value = await get<Session>("api/v1/session");
  } catch (error) {
    failure.value = error instanceof Refused ? error : null;
    render(<Failure error={error} what="The console" again={() => location.reload()} />, root);
    return;
  }
  document.addEventListener("click", follow);
  listen();
  root.textContent = "";
  render(<App />, root);
}

void begin();
