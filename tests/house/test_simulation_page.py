"""docs/simulation.md tells of every board, workload, fault and story, and of no other; and of what
fires, the alerts that there are.
"""

import re
import tomllib
from pathlib import Path

from incidents import CASES
from warpwatch.rules import documents
from warpwatch.rules.alerts import FAMILIES
from warpwatch.sources.sim import spec
from warpwatch.sources.sim.board import BOARDS
from warpwatch.sources.sim.fleet import ALL_FAULTS
from warpwatch.sources.sim.scenario import MIXED
from warpwatch.sources.sim.stories import STORIES
from warpwatch.sources.sim.workloads import WORKLOADS

TEXT = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text()
CAPACITY = ("rush", "GPUCapacityTight")
"""Proven by a test of its own there."""


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    return [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]


def named(text: str) -> set[str]:
    return {name for row in rows(text) for name in re.findall(r"`([\w-]+)`", row[0])}


def fired() -> dict[str, str]:
    """By fault, the text that tells which alerts it fires."""
    return {name: row[-1] for row in rows(section("Faults")) for name in re.findall(r"\w+", row[0])}


def test_workloads_faults_and_stories() -> None:
    assert named(section("Workloads")) == {MIXED, *(workload.name for workload in WORKLOADS)}
    assert named(section("Faults")) == ALL_FAULTS
    assert named(section("Stories")) == {story.name for story in STORIES}


def test_alerts_of_faults_are_alerts_and_every_family_has_a_fault() -> None:
    told = {name for text in fired().values() for name in re.findall(r"\b[A-Z]\w{6,}", text)}
    assert told <= set(documents.names())
    for family, alerts in FAMILIES.items():
        assert told & {alert.name for alert in alerts}, family


def test_what_is_said_to_be_proven_is_proven_and_all_of_it() -> None:
    proven = {(str(case.fault["fault"]), case.alert) for case in CASES} | {CAPACITY}
    bold = {
        (fault, alert)
        for fault, text in fired().items()
        for alert in re.findall(r"\*\*(\w+)", text)
    }
    assert bold == proven


def test_boards() -> None:
    first = section("Boards").strip().split(". ")[0]
    assert set(re.findall(r"`(\w+)`", first)) == set(BOARDS)


def test_the_scenario_shown_is_one() -> None:
    shown = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0]
    assert tomllib.loads(shown)["seed"] == 7
    scenario = spec.loads(shown, "the page")
    assert len(scenario.boards) == 8
