"""Through the real Alertmanager to a web server and a mail server: what somebody gets to read."""

import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from amserver import alertmanager
from newer import GENERATIONS, program
from rig import wait_until
from sinks import MailSink, WebSink, post, sinks
from warpwatch.rules.routing.release import OLDEST
from warpwatch.rules.routing.render import TEMPLATE, template, text
from warpwatch.rules.routing.settings import Settings
from warpwatch.rules.routing.ways import Email, Slack, Webhook

pytestmark = [pytest.mark.process, pytest.mark.binaries]

HOT = {
    "alertname": "GPUHot",
    "severity": "critical",
    "family": "thermal",
    "cluster": "lab",
    "node": "gpu 7",
}


@dataclass(frozen=True)
class Running:
    url: str
    web: WebSink
    mail: MailSink

    def suppressed(self) -> set[str]:
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=5) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)
        return {each["labels"]["n"] for each in found if each["status"]["inhibitedBy"]}


def settings(folder: Path, web: WebSink, mail: MailSink) -> Settings:
    address, port = f"http://127.0.0.1:{web.server_port}", mail.server_address[1]
    for name, content in (("slack", f"{address}/slack"), ("token", "let-me-in")):
        (folder / name).write_text(content)
    return Settings(
        critical="pager",
        warning="chat",
        watchdog="deadman",
        group_wait="500ms",
        receivers={
            "pager": (
                Webhook(url=f"{address}/pager", bearer_token_file=str(folder / "token")),
                Email(
                    to="sre@example.org",
                    sender="warpwatch@example.org",
                    smarthost=f"127.0.0.1:{port}",
                    require_tls=False,
                ),
            ),
            "chat": (Slack(api_url_file=str(folder / "slack"), channel="#gpus"),),
            "deadman": (Webhook(url=f"{address}/deadman"),),
        },
    )


@pytest.fixture(params=GENERATIONS)
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    program_ = program(request.param, "alertmanager", "prometheus-alertmanager")
    with sinks() as (web, mail):
        (tmp_path / TEMPLATE).write_text(template())
        config = text(settings(tmp_path, web, mail), OLDEST)
        with alertmanager(tmp_path, config, binary=program_) as url:
            yield Running(url, web, mail)


def test_a_page_arrives_by_all_ways_and_reads_well_at_night(running: Running) -> None:
    gpus = [HOT | {"gpu": str(n), "uuid": f"GPU-{n}"} for n in range(12)]
    post(
        running.url,
        *gpus,
        summary="A GPU is hot.",
        description="90 °C.",
        runbook_url="https://x.example/GPUHot.md",
        dashboard_url="https://x.example/d",
    )
    wait_until(lambda: running.mail.got and running.web.at("/pager"), "both have it")
    mail = running.mail.got[0]
    assert mail["Subject"] == "CRITICAL: GPUHot on gpu 7 in lab (12)"
    assert mail["To"] == "sre@example.org"
    body = mail.get_body()
    assert body is not None
    assert body.get_content_type() == "text/plain"
    lines = body.get_content().strip().splitlines()
    assert lines[0] == "A GPU is hot."
    assert lines[1:11] == ["- 90 °C."] * 10
    assert lines[11:15] == [
        "+2 more",
        "What to do: https://x.example/GPUHot.md",
        "On a terminal: warpwatch explain alert GPUHot",
        "To look at: https://x.example/d",
    ]
    assert lines[15].startswith("To silence: http")
    assert lines[15].endswith(
        "/#/silences/new?filter=%7Balertname%3D%22GPUHot%22%2Ccluster%3D%22lab%22"
        "%2Cnode%3D%22gpu%207%22%7D"
    )
    assert len(running.web.at("/pager")[0]["alerts"]) == 12
    assert running.web.at("/slack") == []


def test_warnings_go_to_chat_watchdog_to_the_dead_mans_switch_and_info_nowhere(
    running: Running,
) -> None:
    post(running.url, {"alertname": "GPUUnderused", "severity": "info"}, summary="Idle.")
    post(running.url, {"alertname": "Watchdog", "severity": "info"}, summary="Alerting works.")
    test = {"alertname": "WarpwatchTest", "severity": "critical", "family": "test"}
    post(running.url, test, summary="A test.")
    post(
        running.url, {"alertname": "GPUFanFailing", "severity": "warning"}, summary="A fan stands."
    )
    wait_until(lambda: running.web.at("/slack") and running.web.at("/deadman"), "both have it")
    (message,) = running.web.at("/slack")[0]["attachments"]
    assert message["title"] == "WARNING: GPUFanFailing"
    assert message["text"].startswith("A fan stands.\n- A fan stands.\nTo silence: ")
    assert message["color"] == "warning"
    assert running.web.at("/deadman")[0]["commonLabels"]["alertname"] == "Watchdog"
    # There is nothing to explain of a test.
    wait_until(lambda: running.mail.got, "the test has arrived")
    body = running.mail.got[0].get_body()
    assert body is not None
    assert "warpwatch explain" not in body.get_content()
    names = {
        each["labels"]["alertname"] for it in running.web.at("/pager") for each in it["alerts"]
    }
    assert names == {"WarpwatchTest"}


def test_who_knows_the_cause_does_not_hear_of_its_effects(running: Running) -> None:
    base = {"cluster": "lab", "severity": "warning", "family": "hardware"}
    on_1 = base | {"node": "n1"}
    lost = base | {"node": "n2", "uuid": "GPU-2"}
    aside = base | {"node": "n4", "uuid": "GPU-5"}
    both = base | {"node": "n3", "uuid": "GPU-3", "alertname": "GPURowsRemapped"}
    post(
        running.url,
        on_1 | {"alertname": "GPUExporterDown", "severity": "critical", "n": "exporter down"},
        on_1 | {"alertname": "GPUHot", "uuid": "GPU-1", "n": "hot on the same node"},
        on_1 | {"alertname": "GPUHot", "cluster": "other", "n": "a node of the same name"},
        on_1 | {"alertname": "NodeFilesystemFull", "family": "", "n": "somebody else's alert"},
        base | {"alertname": "GPUCapacityTight", "n": "of no node"},
        lost | {"alertname": "GPUFallenOffBus", "severity": "critical", "n": "off the bus"},
        lost | {"alertname": "GPUHung", "severity": "critical", "n": "hung, off the bus"},
        lost | {"alertname": "GPUHung", "uuid": "GPU-9", "n": "hung beside it"},
        base | {"alertname": "GPUCountBelowExpected", "node": "n2", "n": "one fewer"},
        base | {"alertname": "GPUCountBelowExpected", "node": "n3", "n": "one fewer elsewhere"},
        both | {"severity": "critical", "n": "worse"},
        both | {"n": "bad of the same GPU"},
        both | {"uuid": "GPU-4", "n": "bad of its neighbour"},
        aside | {"alertname": "GPUNodeSetAside", "severity": "info", "n": "set aside"},
        aside | {"alertname": "GPUAllocatedIdle", "family": "waste", "n": "idle there"},
        aside | {"alertname": "GPURowsRemapped", "n": "broken there"},
        aside | {"alertname": "GPUAllocatedIdle", "family": "waste", "node": "n5", "n": "idle"},
    )
    silent = {
        "hot on the same node",
        "hung, off the bus",
        "one fewer",
        "bad of the same GPU",
        "idle there",
    }
    wait_until(lambda: running.suppressed() == silent, "those are silent, and no other")
