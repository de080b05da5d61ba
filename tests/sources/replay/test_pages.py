"""A page made from a replay is the page made from what was recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from warpwatch.clock import ManualClock
from warpwatch.exporter import counters
from warpwatch.exporter.counters import Counter
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.fleet import FleetPages
from warpwatch.exporter.selection import select
from warpwatch.fields.catalogue import FIELDS
from warpwatch.sources.base import Source
from warpwatch.sources.replay.reader import load
from warpwatch.sources.replay.source import ReplaySource
from warpwatch.sources.sim.source import SimSource
from warpwatch.sources.sim.spec import read

Write = Callable[..., Path]

START = 1_772_442_000.0
SCENARIOS = sorted((Path(__file__).parents[2] / "golden" / "scenarios").glob("*.toml"))
ERA = ERAS["classic"]
LISTS = {
    "default": select(counters.built_in(), ERA),
    "all": select((Counter(f, f.name, str(f.kind), f.help) for f in FIELDS), ERA),
}


@dataclass
class Node:
    source: Source
    name: str = "golden-1"

    def labels(self) -> Mapping[str, str]:
        return {}

    def down(self) -> bool:
        return False


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_page_of_a_frozen_simulation(scenario: Path, listed: str, write: Write) -> None:
    selection = LISTS[listed]
    clock = ManualClock(START)

    def simulation() -> SimSource:
        return SimSource(read(scenario), clock, node="golden-1", hang="report", switches=True)

    def page(source: Source) -> list[str]:
        made = FleetPages([Node(source)], selection, ERA, clock).page("golden-1").decode()
        return [line for line in made.splitlines() if not line.startswith("warpwatch_source_info{")]

    source = simulation()
    inventory = source.inventory()
    reports = [source.read(device, selection.read) for device in inventory.devices]
    told = [(0.0, inventory), *((0.0, report) for report in reports)]
    recording = load(write(told, end=1.0, fields=sorted(selection.read)))
    replayed = ReplaySource(recording, clock)
    assert page(replayed) == page(simulation())
    replayed.close()


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) >= 9
