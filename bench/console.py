"""The console at 10, 1 000 and 10 000 GPUs: its first screen, its heat map, and what browsers cost.

Prometheus is played, so what is measured is ours; it answers from memory, other numbers each time,
in this process, whose time is not the console's. Chromium draws in software.
"""

import shutil
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "tests" / "kit"))

from backends import fleet  # of the tests, as is the next
from measure import cpu_of, memory_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES = ((2, 5), (125, 8), (1250, 8))
REFRESH = 5.0
WATCHED = 20.0
ROUNDS = 5
FRAMES = 20
DRAW = """async (rounds) => {
  const names = ["Activity", "Memory", "Power", "Temperature"];
  for (let round = 0; round < rounds; round++) {
    const name = names[round % names.length];
    const choices = [...document.querySelectorAll("[role=radio]")];
    choices.find((each) => each.textContent === name).click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
  }
  return performance.getEntriesByName("heat-map").map((each) => each.duration);
}"""
FIRST = """() => new Promise((done) => {
  const seen = () => document.querySelector("canvas.cells") && document.querySelector("h1");
  const look = () => (seen() ? done(performance.now()) : requestAnimationFrame(look));
  look();
})"""


def main() -> None:
    path = shutil.which("chromium")
    if path is None:
        print("\nconsole: no chromium on PATH; next: apt-get install chromium")
        return
    from chrome import browser

    print(f"\nThe console, looked at by Chromium; the fleet is asked for each {REFRESH:g} s")
    print("    GPUs  first screen, ms  heat map, ms  10 browsers, % of a core  1  none  MB")
    with browser(path) as chromium:
        for nodes, gpus in SIZES:
            print(_row(chromium, nodes, gpus))


def _row(chromium: "Browser", nodes: int, gpus: int) -> str:
    from chrome import served

    known = fleet(nodes=nodes, gpus=gpus, quiet=False)
    known.quick = True
    words = ("--refresh", f"{REFRESH:g}s")
    with (
        tempfile.TemporaryDirectory() as home,
        served(known, {"XDG_RUNTIME_DIR": home}, *words) as server,
    ):
        first, frames = _drawn(chromium, server.url)
        pid = server.process.pid
        none = _share(pid)
        with _watching(server.url, 1):
            one = _share(pid)
        with _watching(server.url, 10):
            ten = _share(pid)
        return (
            f"  {nodes * gpus:>6}  {first:>16.0f}  {frames:>12.2f}  {ten:>24.1f}  "
            f"{one:.1f}  {none:.1f}  {memory_of(pid):.0f}"
        )


def _drawn(chromium: "Browser", url: str) -> tuple[float, float]:
    """Median times to the first screen and of drawing the map, in milliseconds."""
    firsts: list[float] = []
    frames: list[float] = []
    for _ in range(ROUNDS):
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(url, wait_until="commit")
        firsts.append(page.evaluate(FIRST))
        frames += page.evaluate(DRAW, FRAMES)
        context.close()
    return statistics.median(firsts), statistics.median(frames)


def _share(pid: int) -> float:
    """Of a core, in percent."""
    before, began = cpu_of(pid), time.monotonic()
    time.sleep(WATCHED)
    return 100 * (cpu_of(pid) - before) / (time.monotonic() - began)


@contextmanager
def _watching(url: str, many: int) -> Iterator[None]:
    """Streams that are read as browsers read them, without the cost of browsers."""
    answers = [urllib.request.urlopen(f"{url}/api/v1/stream") for _ in range(many)]  # noqa: S310
    threads = [threading.Thread(target=_read, args=(answer,), daemon=True) for answer in answers]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2 * REFRESH)
        yield
    finally:
        for answer in answers:
            answer.fp.raw._sock.shutdown(2)  # noqa: SLF001  a thread waits in its read
        for thread in threads:
            thread.join(10)


def _read(answer: object) -> None:
    try:
        while answer.readline():  # type: ignore[attr-defined]
            pass
    except OSError:
        return  # it was shut: that is how it ends


if __name__ == "__main__":
    main()
