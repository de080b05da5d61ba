"""The real Prometheus, asked."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import TypeVar

import pytest

from promserver import prometheus
from warpwatch.clients.prometheus.client import Missing, Prometheus
from warpwatch.errors import InputError, Unreachable

pytestmark = [pytest.mark.process, pytest.mark.binaries]
T = TypeVar("T")
RULES = """
groups:
- name: both
  interval: 500ms
  rules:
  - {record: "up:sum", expr: "sum(up)"}
  - {alert: Always, expr: "vector(1)", labels: {severity: info}, annotations: {summary: Yes.}}
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prometheus")
    (home / "rules.yaml").write_text(RULES)
    targets = "static_configs: [{targets: ['127.0.0.1:1']}]"
    with prometheus(home, targets, str(home / "rules.yaml")) as server:
        server.wait("count(ALERTS) + count(up:sum)", "2")
        yield server.url


def ask(url: str, question: Callable[[Prometheus], Awaitable[T]]) -> T:
    async def main() -> T:
        async with aclosing(Prometheus(url)) as server:
            return await question(server)

    return asyncio.run(main())


def test_numbers_now_and_over_time(url: str) -> None:
    now = time.time()
    (up,) = ask(url, lambda it: it.query("up")).data
    assert (up.value, up.labels["job"]) == (0.0, "gpus")
    (five,) = ask(url, lambda it: it.query("2 + 3")).data
    assert (five.labels, five.value) == ({}, 5.0)
    (odd,) = ask(url, lambda it: it.query("vector(0) / 0")).data
    assert math.isnan(odd.value)
    assert ask(url, lambda it: it.query("up", now - 3600)).data == ()
    (series,) = ask(url, lambda it: it.query_range("vector(1)", now - 60, now, 20)).data
    assert [value for _, value in series.points] == ["1", "1", "1", "1"]


def test_names_labels_and_series(url: str) -> None:
    now = time.time()
    assert "up:sum" in ask(url, lambda it: it.label_values("__name__"))
    assert ask(url, lambda it: it.label_values("job", ["up"])) == ("gpus",)
    assert "instance" in ask(url, lambda it: it.label_names())
    (series,) = ask(url, lambda it: it.series(["up"], now - 60, now)).data
    assert series["instance"] == "127.0.0.1:1"
    assert ask(url, lambda it: it.metadata()) == {}


def test_targets_rules_and_alerts(url: str) -> None:
    (target,) = ask(url, lambda it: it.targets()).active_targets
    assert (target.health, target.labels["job"]) == ("down", "gpus")
    assert "connection refused" in target.last_error
    (group,) = ask(url, lambda it: it.rules())
    record, alert = group.rules
    assert (record.name, record.type, record.health) == ("up:sum", "recording", "ok")
    assert (alert.type, alert.state) == ("alerting", "firing")
    assert alert.alerts[0].annotations == {"summary": "Yes."}
    assert ask(url, lambda it: it.alertmanagers()).active_alertmanagers == ()
    assert ask(url, lambda it: it.build()).version


def test_what_cannot_be_asked_is_told_with_the_question(url: str) -> None:
    with pytest.raises(InputError, match=r"^sum\(: .*unclosed left parenthesis"):
        ask(url, lambda it: it.query("sum("))
    with pytest.raises(InputError, match="is of type matrix"):
        ask(url, lambda it: it.query("up[1m]"))
    with pytest.raises(Missing, match="404"):
        ask(f"{url}/elsewhere", lambda it: it.targets())
    assert issubclass(Missing, Unreachable)
