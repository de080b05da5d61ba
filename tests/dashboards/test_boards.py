"""What every board keeps to: what Grafana's own linter asks for, and a little more."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from warpwatch.dashboards import documents
from warpwatch.dashboards.boards import BOARDS
from warpwatch.dashboards.dashboard import Begin, Dashboard
from warpwatch.dashboards.drawing import drawn
from warpwatch.dashboards.panel import Panel, Table, Text
from warpwatch.dashboards.render import COLUMNS, SOURCE, rendered
from warpwatch.rules import files
from warpwatch.rules.alerts import FAMILIES
from warpwatch.rules.recording import ACTIVITY
from warpwatch.rules.render import Options, recorded

ROOT = Path(__file__).parents[2]
BY_UID = {board.uid: rendered(board) for board in BOARDS}
PANELS = [
    pytest.param(board, panel, id=f"{board.name}: {panel.title}")
    for board in BOARDS
    for row in board.rows
    for panel in row.panels
    if isinstance(panel, Panel)
]
OF_EACH = re.compile(r"(?<![\w:])((?:gpu|gpu_owner|gpu_instance|DCGM_\w+):?[\w:]*)\{([^}]*)\}")
"""A series of every GPU, and what it is chosen by."""
FEW = {"gpu:errors_seen:increase5m", "gpu:xid_last:seconds"}
"""Only of GPUs that had some."""
FIXED = {"[1d]", "[5m]"}
"""Spans that a panel names in its title or description."""


OF_TIME = {"__rate_interval": "2m", "__from": "1772442000000"}
"""What Grafana says of the shown time."""


def flat(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", ())


def sample(expr: str) -> str:
    """With a value for each variable, as Grafana puts them in."""
    for name, value in OF_TIME.items():
        expr = expr.replace(f"${name}", value)
    return re.sub(r"\$[a-z]\w*", ".*", expr)


def test_every_file_is_a_board_and_every_board_is_listed() -> None:
    folder = ROOT / "src" / "warpwatch" / "dashboards" / "boards"
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {board.name for board in BOARDS} == names
    assert len(BY_UID) == len(BOARDS)


@pytest.mark.parametrize("path", documents.files())
def test_rendered_files_are_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == documents.files()[path]


def test_no_file_is_left_of_a_board_that_is_gone() -> None:
    folder = ROOT / "deploy" / "generated" / "dashboards"
    assert {f"deploy/generated/dashboards/{path.name}" for path in folder.iterdir()} == set(
        documents.files()
    )


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_board_is_as_grafana_wants_it(board: Dashboard) -> None:
    told = BY_UID[board.uid]
    assert told["editable"] is False
    assert 39 <= told["schemaVersion"] <= 42
    first, *others = told["templating"]["list"]
    assert (first["type"], first["query"], first["name"]) == (
        "datasource",
        "prometheus",
        "datasource",
    )
    for each, variable in zip(others, board.variables, strict=True):
        assert (each["multi"], each["refresh"]) == (True, 2)
        assert each["includeAll"] is (variable.begin is not Begin.FIRST)
        assert each.get("allValue") == (".*" if variable.begin is Begin.ALL else None)
        assert each["datasource"] == SOURCE
    panels = list(flat(told))
    ids = [panel["id"] for panel in panels]
    assert ids == sorted(set(ids))
    assert sum(panel["type"] != "row" for panel in panels) <= 30
    assert any(isinstance(panel, Text) for row in board.rows for panel in row.panels)
    assert board.description.endswith((".", "?"))


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_alerts_are_marked_by_what_can_be_chosen(board: Dashboard) -> None:
    for mark in BY_UID[board.uid]["annotations"]["list"]:
        promql_parser.parse(sample(mark["expr"]))
        used = set(re.findall(r"\$([a-z]\w*)", mark["expr"]))
        assert used <= {variable.name for variable in board.variables}
    assert bool(board.alerts) is (board.name != "compatible")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_panels_lie_beside_and_under_each_other(board: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in flat(BY_UID[board.uid]):
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= COLUMNS
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_says_what_it_shows_and_asks_rightly(board: Dashboard, panel: Panel) -> None:
    assert re.fullmatch(r"[A-Z].*[.]", panel.description, re.DOTALL)
    assert panel.description.count(". ") == 0, "one sentence"
    assert panel.queries
    assert [s.value for s in panel.steps] == sorted(s.value for s in panel.steps)
    for query in panel.queries:
        promql_parser.parse(sample(query.expr))
        spans = re.findall(r"\[[^\]]*\]", query.expr)
        assert set(spans) <= {"[$__rate_interval]"} | FIXED
        used = set(re.findall(r"\$(\w+)", query.expr)) - OF_TIME.keys()
        assert used <= {variable.name for variable in board.variables}
        counters = re.findall(r"[\w:]+(?:_total|:total)\b(?=[{\[ )])", query.expr)
        if panel.title != "Rows replaced":  # of the board's whole life
            assert all(f"({name}" in query.expr for name in counters), counters


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_no_panel_draws_hours_of_every_gpu_there_is(board: Dashboard, panel: Panel) -> None:
    """Ten thousand lines nobody can read, and they take Prometheus seconds."""
    narrow = {each.name for each in board.variables if each.begin is not Begin.ALL}
    for target in drawn(panel, SOURCE)["targets"]:
        for name, matchers in OF_EACH.findall(target["expr"]) if target["range"] else ():
            assert name in FEW or set(re.findall(r"\$(\w+)", matchers)) & narrow, name


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_series_exist_and_gpus_are_named_with_their_node(board: Dashboard, panel: Panel) -> None:
    known = {rule.name for group in recorded(Options()) for rule in group.rules} | {ACTIVITY}
    for query in panel.queries:
        if board.name != "compatible":
            assert set(re.findall(r"\b[a-z_]+:[\w:]+", query.expr)) <= known
        if "{{gpu}}" in query.legend:
            assert re.search(r"\{\{(node|instance)\}\}", query.legend) or "$node" in query.expr


def test_links_lead_to_boards_and_to_variables_that_they_have() -> None:
    text = json.dumps(list(BY_UID.values()))
    links = re.findall(r'"url": "/d/([\w-]+)\?([^"]*)"', text)
    assert len(links) > 10
    for uid, query in links:
        variables = {each["name"] for each in BY_UID[uid]["templating"]["list"]}
        assert set(re.findall(r"var-(\w+)=", query)) <= variables


def test_columns_of_tables_are_queries_or_labels() -> None:
    for board in BOARDS:
        for row in board.rows:
            for panel in row.panels:
                if isinstance(panel, Table):
                    names = {query.legend for query in panel.queries} | set(panel.by)
                    assert {column.name for column in panel.columns} <= names
                    assert panel.sort in {column.title for column in panel.columns}
                    (organize,) = [
                        each["options"]
                        for told in flat(BY_UID[board.uid])
                        if told["title"] == panel.title
                        for each in told.get("transformations", ())
                        if each["id"] == "organize"
                    ]
                    order = list(organize["indexByName"].values())
                    assert sorted(order) == list(range(len(panel.columns)))


def test_every_panel_of_12239_is_there_under_its_title() -> None:
    titles = {panel["title"] for panel in flat(BY_UID["warpwatch-compatible"])}
    assert titles >= {
        "GPU Temperature",
        "GPU Avg. Temp",
        "GPU Power Usage",
        "GPU Power Total",
        "GPU SM Clocks",
        "GPU Utilization",
        "GPU Framebuffer Mem Used",
        "Tensor Core Utilization",
    }


def test_steps_begin_below_everything() -> None:
    for board in BY_UID.values():
        for panel in flat(board):
            steps = panel.get("fieldConfig", {}).get("defaults", {}).get("thresholds", {})
            values = [step["value"] for step in steps.get("steps", ())]
            assert not values or values[0] is None
            assert all(low < high for low, high in pairwise(values[1:]))


def test_alerts_of_every_family_lead_to_a_board() -> None:
    assert set(files.BOARDS) == set(FAMILIES)
    assert set(files.BOARDS.values()) <= set(BY_UID)
