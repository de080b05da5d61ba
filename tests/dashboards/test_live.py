"""Every expression of every panel has an answer: over the simulated fleet, as our exporter tells of
it and as a dcgm-exporter does.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from process import program
from promserver import Prometheus, prometheus
from warpwatch import control
from warpwatch.dashboards.boards import BOARDS
from warpwatch.dashboards.panel import Panel
from warpwatch.rules.render import Options, rendered

pytestmark = [pytest.mark.process, pytest.mark.binaries, pytest.mark.timeout(200)]
COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "warpwatch-counters.csv"
PATIENCE = 120.0
SIM = (
    "sim", "--nodes", "3", "--gpus", "4", "--board", "H100", "--tick", "1", "--seed", "3",
    "--collectors", str(COUNTERS), "--listen", "127.0.0.1:0",
)  # fmt: skip
FAULTS: tuple[dict[str, object], ...] = (
    {"fault": "xid", "code": 31},
    {"fault": "sbe"},
    {"fault": "dbe"},
    {"fault": "nvlink_errors"},
    {"fault": "nvlink_errors", "kind": "replay"},
    {"fault": "nvlink_errors", "kind": "recovery"},
    {"fault": "remapped_rows", "correctable": 1},
    {"fault": "pcie_replay"},
    {"fault": "recovery_action"},
)
THEIRS = (
    "metric_relabel_configs: [{source_labels: [__name__], regex: 'warpwatch_.*', action: drop}]"
)
"""Leaves what a dcgm-exporter would say."""
OURS_ALONE = re.compile(
    r"node:collect_age|gpu:(collect_success|collect_age|hung|nvlinks_up|nvlink_limit|nvlink_of_limit|xid_last"
    r"|xid_errors|errors):"
)
"""What is made of families that only our exporter has, or of links one by one."""
NOT_HERE = re.compile(r"gpu:temperature_limit:|notifications_sent")
"""The board tells a margin instead; there is no Alertmanager to send to."""
WORK = ("inference", "inference", "communication_bound", "input_bound")
"""Of the GPUs of the last node, so that there are programs of every kind."""


@contextmanager
def fleet(home: Path, more: str) -> Iterator[Prometheus]:
    runtime = home / "run"
    runtime.mkdir()
    for name, text in rendered(Options(hurry=30)):
        (home / name).write_text(text)
    rules = ", ".join(str(path) for path in home.glob("*.yaml"))
    with program(*SIM, env={"XDG_RUNTIME_DIR": str(runtime)}) as it:
        around = "".join(
            f", {{job_name: {kind}, http_sd_configs: [{{url: '{it.url}/sd/{kind}'}}]}}"
            for kind in ("hosts", "programs")
        )
        sd = f"http_sd_configs: [{{url: '{it.url}/sd'}}]{more}"
        with prometheus(
            home, sd, rules, interval="1s", around=around, scrape_itself=True
        ) as server:
            (socket,) = (runtime / "warpwatch").glob("sim-*.sock")
            for gpu, workload in enumerate(WORK):
                told = {"fault": "occupy", "workload": workload, "node": "gpu-0003", "gpu": gpu}
                control.send(socket, told)
            for number, fault in enumerate(FAULTS):
                control.send(socket, {**fault, "node": "gpu-0001", "gpu": number % 4, "at": "20s"})
            yield server


def asked() -> dict[str, str]:
    """Every expression, with all that can be chosen chosen; by board, panel and place."""
    found = {}
    for board in BOARDS:
        for row in board.rows:
            for panel in row.panels:
                for number, query in enumerate(panel.queries if isinstance(panel, Panel) else ()):
                    expr = query.expr.replace("$__rate_interval", "20s").replace("$__from", "0")
                    found[f"{board.name}: {panel.title} [{number}]"] = re.sub(r"\$\w+", ".*", expr)
    return found


def unanswered(server: Prometheus, expressions: dict[str, str]) -> dict[str, str]:
    """Those that never had an answer."""
    ended = time.monotonic() + PATIENCE
    while expressions and time.monotonic() < ended:
        expressions = {at: e for at, e in expressions.items() if not server.query(e)}
        time.sleep(1)
    return expressions


def test_over_our_exporter_every_panel_has_data(tmp_path: Path) -> None:
    wanted = {at: expr for at, expr in asked().items() if not NOT_HERE.search(expr)}
    assert len(wanted) > 150
    with fleet(tmp_path, "") as server:
        assert "\n".join(f"{at}: {e}" for at, e in unanswered(server, wanted).items()) == ""
        assert server.complaints() == []


def test_over_a_dcgm_exporter_every_panel_has_that_its_fields_are_for(tmp_path: Path) -> None:
    known = re.compile(f"{NOT_HERE.pattern}|{OURS_ALONE.pattern}")
    wanted = {at: expr for at, expr in asked().items() if not known.search(expr)}
    assert len(wanted) > 130
    with fleet(tmp_path, f", {THEIRS}") as server:
        assert "\n".join(f"{at}: {e}" for at, e in unanswered(server, wanted).items()) == ""
        assert server.query("gpu:collect_success:bool") == []
