"""docs/simulation.md tells of every board, workload and fault, and of no other."""

import re
import tomllib
from pathlib import Path

from warpwatch.sources.sim import spec
from warpwatch.sources.sim.board import BOARDS
from warpwatch.sources.sim.faults import FAULTS
from warpwatch.sources.sim.scenario import MIXED
from warpwatch.sources.sim.workloads import WORKLOADS

TEXT = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text()


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def named(text: str) -> set[str]:
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_workloads_and_faults() -> None:
    assert named(section("Workloads")) == {MIXED, *(workload.name for workload in WORKLOADS)}
    assert named(section("Faults")) == {fault.name() for fault in FAULTS}


def test_boards() -> None:
    first = section("Boards").strip().split(". ")[0]
    assert set(re.findall(r"`(\w+)`", first)) == set(BOARDS)


def test_the_scenario_shown_is_one() -> None:
    shown = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0]
    assert tomllib.loads(shown)["seed"] == 7
    scenario = spec.loads(shown, "the page")
    assert len(scenario.boards) == 8
