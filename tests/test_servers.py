"""Which Prometheus and which Alertmanager are meant: those of one place, and never one of each."""

from pathlib import Path

import pytest

from warpwatch.app import stack
from warpwatch.app.servers import Servers
from warpwatch.clients.access import Access
from warpwatch.stack.instance import Record, Running

TOKEN = Access(bearer_token_file="/token")  # noqa: S106  a file's name
EXISTING = """
[stack.existing]
prometheus = "http://set:9090"
access = {tenant = "gpus"}
"""


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parts = (
        Running("exporter", "ready", "http://here:9400/metrics"),
        Running("prometheus", "ready", "http://here:9090"),
        Running("alertmanager", "ready", "http://here:9093"),
    )
    record = Record(pid=1, host="h", since=0.0, warpwatch="0", parts=parts)
    monkeypatch.setattr(stack, "status", lambda: record)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def known(servers: Servers) -> list[tuple[str, Access] | None]:
    found = (servers.known_prometheus(), servers.known_alertmanager())
    return [(each.url, each.access) if each else None for each in found]


def test_those_of_the_stack_that_runs_where_nobody_says_otherwise() -> None:
    assert known(Servers()) == [("http://here:9090", Access()), ("http://here:9093", Access())]
    assert not Servers().named


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_one_that_is_named_stands_alone(name: str) -> None:
    servers = Servers(access=TOKEN, **{name: "http://named"})
    told = [each for each in known(servers) if each]
    assert told == [("http://named", TOKEN)]
    assert servers.named


def test_one_that_is_set_is_not_joined_by_one_that_runs(tmp_path: Path) -> None:
    file = tmp_path / "w.toml"
    file.write_text(EXISTING)
    assert known(Servers(file=str(file))) == [("http://set:9090", Access(tenant="gpus")), None]


def test_nobody_where_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "status", lambda: None)
    assert known(Servers()) == [None, None]
