"""What boards say of alerts and XIDs, by Prometheus itself over series written down."""

from pathlib import Path

from promtool import Expected, needed, play
from warpwatch.dashboards.boards import BOARDS
from warpwatch.dashboards.dashboard import Dashboard
from warpwatch.dashboards.drawing import drawn
from warpwatch.dashboards.panel import Panel, States, Table
from warpwatch.dashboards.render import SOURCE

pytestmark = needed
BY_NAME = {board.name: board for board in BOARDS}
DAYS = 3 * 24 * 60
"""Minutes of three days; what is shown begins a day before their end."""
CHOSEN = {
    "cluster": ".*", "node": ".*", "namespace": "ml", "pod": "train-0", "job": "", "uuid": "A|B",
    "host": "n1:9100", "__from": str(2 * 86_400_000),
}  # fmt: skip


def panel(title: str) -> Panel:
    (found,) = [
        each
        for row in BY_NAME["health"].rows
        for each in row.panels
        if isinstance(each, Panel) and each.title == title
    ]
    return found


def asked(expr: str) -> str:
    for name, value in sorted(CHOSEN.items(), reverse=True):
        expr = expr.replace(f"${name}", value)
    return expr


def alert(name: str, severity: str, family: str, more: str = 'node="n1", gpu="0"') -> str:
    told = f'alertname="{name}", severity="{severity}", family="{family}", {more}'
    return f'ALERTS{{{told}, alertstate="firing"}}'


def marks(board: Dashboard, told: dict[str, list[str]], folder: Path) -> None:
    """That of these alerts those are marked, and no others."""
    series = dict.fromkeys((*told["marked"], *told["not"], *told["beside"]), "1x5")
    expected = dict.fromkeys(told["marked"], 1.0)
    play((), series, (Expected(asked(board.alerts), "2m", expected),), folder)


def test_critical_is_first_and_what_is_wasted_is_not_there(tmp_path: Path) -> None:
    series = {
        alert("GPUHot", "warning", "thermal"): "1x5",
        alert("GPUFallenOffBus", "critical", "hardware"): "1x5",
        alert("GPUExporterStale", "info", "monitoring"): "1x5",
        alert("GPUAllocatedIdle", "warning", "waste"): "1x5",
        alert("GPUCapacityTight", "critical", "capacity"): "1x5",
    }
    ranks = {
        '{alertname="GPUFallenOffBus", node="n1", gpu="0"}': 3.0,
        '{alertname="GPUHot", node="n1", gpu="0"}': 2.0,
        '{alertname="GPUExporterStale", node="n1", gpu="0"}': 1.0,
    }
    table, course = panel("Firing"), panel("Alerts over time")
    for each in (table, course):
        play((), series, (Expected(asked(each.queries[0].expr), "2m", ranks),), tmp_path)
    assert isinstance(table, Table)
    assert isinstance(course, States)
    (first,) = [column for column in table.columns if column.title == table.sort]
    assert first.name == table.queries[0].legend
    assert first.words == course.words
    words = dict(course.words.values())
    assert list(words) == ["critical", "warning", "info"]
    assert len(set(words.values())) == 3
    (mapped,) = [
        each["value"]
        for override in drawn(table, SOURCE)["fieldConfig"]["overrides"]
        for each in override["properties"]
        if each["id"] == "mappings"
    ]
    assert mapped[0]["options"]["3"]["text"] == "critical"


def test_only_xids_of_the_shown_day_are_there(tmp_path: Path) -> None:
    """31 was reported on the first day, 79 two hours before the end, 48 on both."""
    old, new = 60, DAYS - 120
    series: dict[str, str] = {}
    for xid, times, last in (
        ("31", f"1x{DAYS}", f"{old * 60}x{DAYS}"),
        ("79", f"_x{new} 1x120", f"_x{new} {new * 60}x120"),
        ("48", f"1x{new} 2x120", f"{old * 60}x{new} {new * 60}x120"),
    ):
        labels = f'{{node="n1", gpu="0", uuid="A", xid="{xid}"}}'
        series |= {f"gpu:xid_errors:total{labels}": times, f"gpu:xid_last:seconds{labels}": last}

    def both(value: float, other: float) -> dict[str, float]:
        of = '{{node="n1", gpu="0", xid="{}"}}'
        return {of.format("79"): value, of.format("48"): other}

    times, last = (asked(query.expr) for query in panel("XIDs of the last day").queries)
    (course,) = (asked(query.expr) for query in panel("XIDs over time").queries)
    expected = (
        Expected(f"round({times})", f"{DAYS}m", both(1, 1)),
        Expected(last, f"{DAYS}m", both(new * 60_000, new * 60_000)),
        Expected(course, f"{new + 1}m", both(1, 1)),
        Expected(course, f"{DAYS}m", both(0, 0)),
        Expected(course, f"{new - 1}m", {}),
    )
    play((), series, expected, tmp_path, interval="1m")


def test_on_the_board_of_hosts_alerts_of_their_gpus_are_marked(tmp_path: Path) -> None:
    uname = 'node_uname_info{{instance="{}:9100", nodename="{}", job="node"}}'
    told = {
        "marked": [
            alert("GPUHot", "warning", "thermal"),
            alert("GPUExporterDown", "critical", "monitoring", 'node="n1"'),
        ],
        "not": [
            alert("GPUHot", "warning", "thermal", 'node="n2", gpu="0"'),
            alert("GPUAllocatedIdle", "warning", "waste"),
        ],
        "beside": [uname.format("n1", "n1"), uname.format("n2", "n2")],
    }
    marks(BY_NAME["hosts"], told, tmp_path)


def test_on_the_board_of_a_job_alerts_of_its_gpus_are_marked_too(tmp_path: Path) -> None:
    on = 'node="n1", gpu="0", uuid="{}"'
    mine, others = (f'workload_namespace="ml", workload_pod="{pod}"' for pod in ("train-0", "x"))
    told = {
        "marked": [
            alert("GPUJobImbalanced", "warning", "waste", mine),
            alert("GPUHot", "warning", "thermal", on.format("A")),
            alert("GPUFallenOffBus", "critical", "hardware", on.format("B")),
            alert("GPUJobStalled", "warning", "waste", on.format("B")),
        ],
        "not": [
            alert("GPUHot", "warning", "thermal", on.format("C")),
            alert("GPUAllocatedIdle", "warning", "waste", f"{on.format('A')}, {others}"),
        ],
        "beside": [],
    }
    marks(BY_NAME["workload"], told, tmp_path)
