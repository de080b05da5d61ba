"""Whom a configuration tells, held to what Alertmanager's own tool says of it."""

import subprocess

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from warpwatch.clients.alertmanager.results import Matcher
from warpwatch.doctor.routes import matchers, told
from warpwatch.errors import InputError

RECEIVERS = ("a", "b", "c")
LABELS = ("severity", "team")
VALUES = ("critical", "warning", "x-1", "")
SIGNS = ("=", "!=", "=~", "!~")


@st.composite
def routes(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    route: dict[str, object] = {}
    if draw(st.booleans()):
        route["receiver"] = draw(st.sampled_from(RECEIVERS))
    if draw(st.booleans()):
        route["continue"] = draw(st.booleans())
    wanted = draw(st.lists(st.tuples(*map(st.sampled_from, (LABELS, SIGNS, VALUES))), max_size=2))
    if wanted:
        route["matchers"] = [f'{name} {sign} "{value}"' for name, sign, value in wanted]
    if draw(st.booleans()):
        route["match"] = {draw(st.sampled_from(LABELS)): draw(st.sampled_from(VALUES))}
    if draw(st.booleans()):
        route["match_re"] = {draw(st.sampled_from(LABELS)): "crit.*|x-[0-9]"}
    if depth:
        route["routes"] = draw(st.lists(routes(depth=depth - 1), max_size=2))
    return route


@pytest.mark.binaries
@settings(max_examples=15, deadline=None)
@given(
    children=st.lists(routes(), max_size=3),
    labels=st.fixed_dictionaries({name: st.sampled_from(VALUES[:3]) for name in LABELS}),
)
def test_the_same_receivers_as_amtool(
    tmp_path_factory: pytest.TempPathFactory,
    children: list[dict[str, object]],
    labels: dict[str, str],
) -> None:
    file = tmp_path_factory.mktemp("routes") / "alertmanager.yml"
    config = {
        "route": {"receiver": "a", "routes": children},
        "receivers": [{"name": name} for name in RECEIVERS],
    }
    file.write_text(yaml.safe_dump(config))
    words = [f"{name}={value}" for name, value in labels.items()]
    done = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={file}", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ",".join(told(config, labels)) == ",".join(dict.fromkeys(done.stdout.strip().split(",")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('severity = "critical"', [Matcher("severity", "critical")]),
        ("severity=critical", [Matcher("severity", "critical")]),
        (
            '{a="b, c", d!~"e{2}"}',
            [Matcher("a", "b, c"), Matcher("d", "e{2}", is_regex=True, is_equal=False)],
        ),
        (r'a=~"\"x\\"', [Matcher("a", '"x\\', is_regex=True)]),
        ("", []),
    ],
)
def test_matchers_as_they_are_written(text: str, found: list[Matcher]) -> None:
    assert list(matchers(text)) == found


def test_what_is_none_is_told() -> None:
    with pytest.raises(InputError, match="is no matcher"):
        list(matchers("nonsense"))
