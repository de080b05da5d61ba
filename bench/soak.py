"""A node on which everything goes wrong in turn, for minutes: no scrape fails, and nothing grows.

./run bench soak             three minutes; SOAK_MINUTES=60 for an hour
"""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "kit"))

from machine import NAME, Machine, compile_library  # of the tests, as are the next
from turmoil import GROWTH, Node, Scraper, broken_bounds, play, quarters

MINUTES = float(os.environ.get("SOAK_MINUTES", "3"))
MILLISECONDS = 300
"""Between two reads: a hundredth of dcgm-exporter's interval, as all else happens a hundred times
as often as it does on a node.
"""
EACH = 0.6
SCRAPE_SECONDS = 0.2


def report(scraper: Scraper, pods: int, seconds: float) -> list[str]:
    print(f"\nSoak: {seconds:.0f} s, {pods} pods, {scraper.scrapes} scrapes, ", end="")
    print(f"{len(scraper.failures)} failed, the slowest took {scraper.slowest * 1e3:.0f} ms")
    print(
        f"{'':>14} {'first 1/4':>10} {'median':>10} {'last 1/4':>10} {'most':>10} {'an hour':>10}"
    )
    for name in GROWTH:
        values = sorted(float(getattr(each, name)) for each in scraper.measures)
        first, last = quarters(scraper.measures, name)
        slope = (last - first) / (seconds * 0.75) * 3600
        figures = (first, values[len(values) // 2], last, values[-1])
        print(f"{name:>14}", *(f"{figure:>10.1f}" for figure in figures), f"{slope:>+10.1f}")
    return [*scraper.failures, *broken_bounds(scraper.measures)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        compile_library(folder / NAME)
        with Node(folder, Machine(folder)) as node, node.exporter(MILLISECONDS) as it:
            scraper = Scraper(it, SCRAPE_SECONDS)
            began = time.monotonic()
            with scraper.running():
                while time.monotonic() - began < MINUTES * 60:
                    play(node, it, scraper, rounds=1, each=EACH)
            wrong = report(scraper, node.scheduled, time.monotonic() - began)
            if "Traceback" in it.log():
                wrong.append("there is a traceback in the log")
    if wrong:
        sys.exit("".join(f"bench soak: {each}\n" for each in wrong))
