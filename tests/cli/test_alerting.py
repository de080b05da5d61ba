"""Alerts and silences by the command line, in a real Alertmanager."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from amserver import alertmanager
from process import run

pytestmark = [pytest.mark.process, pytest.mark.binaries]
CONFIG = """
route:
  receiver: nobody
  routes:
  - {matchers: ['severity = "critical"'], receiver: pager}
receivers: [{name: nobody}, {name: pager}]
"""


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with alertmanager(tmp_path, CONFIG) as url:
        yield url


def told(*words: str, code: int = 0) -> str:
    done = run(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if not code else done.stderr


def test_a_test_says_who_is_told_and_a_silence_that_nobody_is(url: str) -> None:
    there = ("--alertmanager", url)
    said = told("alert", "test", "--severity", "critical", "--label", "node=n1", *there)
    assert "goes to  pager" in said
    listed = told("alert", "list", *there).splitlines()
    assert listed[0].split() == ["SEVERITY", "ALERT", "WHERE", "SINCE", "STATE", "WHAT"]
    assert listed[1].split()[:3] == ["critical", "WarpwatchTest", "n1"]
    assert listed[1].split()[5] == "active"

    made = told("silence", "add", "WarpwatchTest", "node=n1", "--for", "1h", "-c", "why", *there)
    (silence,) = json.loads(told("silence", "list", "-o", "json", *there))
    assert silence["id"] == made.strip()
    assert silence["matchers"] == 'alertname="WarpwatchTest" node="n1"'
    assert silence["comment"] == "why"
    said = told("alert", "test", "--severity", "critical", "--label", "node=n1", *there)
    assert f"silenced or inhibited by {made.strip()}" in said
    assert told("alert", "list", "--active", "-o", "csv", *there).splitlines()[1:] == []

    assert told("silence", "expire", made.strip(), *there) == made
    assert told("silence", "list", *there) == ""
    assert "expired" in told("silence", "list", "--all", *there)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("alert", "list", "a b"), "matcher 'a b': is not NAME=VALUE"),
        (("alert", "list", "=x"), "matcher '=x': is none"),
        (("silence", "add", "GPUHot", "-c", " "), "the comment: is empty"),
        (("silence", "expire", "00000000-0000-0000-0000-000000000000"), "not found"),
    ],
)
def test_what_is_wrong_is_told(url: str, words: tuple[str, ...], message: str) -> None:
    assert message in told(*words, "--alertmanager", url, code=1)


def test_a_time_that_is_none_is_a_mistake_of_use() -> None:
    said = told("silence", "add", "GPUHot", "--for", "soon", "-c", "x", code=2)
    assert "'soon' is not a duration" in said


def test_without_a_server_it_is_told_where_it_was_looked_for(tmp_path: Path) -> None:
    done = run("alert", "list", env={"XDG_STATE_HOME": str(tmp_path)})
    assert done.returncode == 2
    assert "no Alertmanager is known" in done.stderr
    assert "--alertmanager URL" in done.stderr
    done = run("alert", "list", "--alertmanager", "http://127.0.0.1:1")
    assert done.returncode == 4
    assert "Connection refused" in done.stderr
