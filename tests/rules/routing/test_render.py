"""What is written, held to Alertmanager's own checker and its own idea of who is told."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import UsageError, WarpwatchError
from warpwatch.rules import alerts
from warpwatch.rules.routing import inhibition, routes
from warpwatch.rules.routing.hours import DAYS, Hours
from warpwatch.rules.routing.matchers import equal
from warpwatch.rules.routing.release import OLDEST, Release, release
from warpwatch.rules.routing.render import config
from warpwatch.rules.routing.settings import Settings, Team, check
from warpwatch.rules.routing.ways import Teams, Way, Webhook
from warpwatch.rules.thresholds import Thresholds
from warpwatch.units import Seconds

Amtool = Callable[..., str]
Written = Callable[..., Path]

NEW: dict[str, tuple[Way, Release]] = {
    "teams": (Teams(webhook_url_file="/x"), (0, 28)),
    "timeout": (Webhook(url="http://x", timeout="5s"), (0, 28)),
    "url_file": (Webhook(url_file="/x"), (0, 26)),
}


def with_way(way: Way) -> Settings:
    return Settings(critical="a", receivers={"a": (way,)})


@pytest.mark.binaries
def test_amtool_takes_something_of_everything(
    whole: Settings, amtool: Amtool, written: Written
) -> None:
    said = amtool("check-config", str(written(whole)))
    assert " 5 inhibit rules" in said
    assert " 6 receivers" in said
    assert " 1 templates" in said


@pytest.mark.binaries
def test_amtool_takes_the_least_there_can_be(amtool: Amtool, written: Written) -> None:
    least = Settings(critical="nobody")
    check(least, "routing")
    amtool("check-config", str(written(least)))


ODD = 'a "b" \\c'
TOLD = {
    "severity=critical": "pager",
    "severity=warning": "chat",
    "severity=info": "mail",
    "severity=page": "mail",
    "": "mail",
    "alertname=Watchdog severity=info": "deadman",
    "alertname=Watchdog severity=info team=vision": "deadman",
    "severity=critical team=vision": "pager",
    "severity=warning team=vision": "vision",
    "severity=info team=vision": "nobody",
    "severity=warning team=unassigned": "chat",
}


@pytest.mark.binaries
@pytest.mark.parametrize("labels", TOLD)
def test_amtool_finds_who_is_told(
    labels: str, whole: Settings, amtool: Amtool, written: Written
) -> None:
    file = written(whole)
    words = ("config", "routes", "test", f"--config.file={file}", *labels.split())
    assert amtool(*words) == TOLD[labels]


@pytest.mark.binaries
def test_a_team_may_be_called_anything(amtool: Amtool, written: Written, whole: Settings) -> None:
    words = ("config", "routes", "test", f"--config.file={written(whole)}")
    quoted = ODD.replace("\\", "\\\\").replace('"', '\\"')
    assert amtool(*words, "severity=critical", f'team="{quoted}"') == "mail"
    assert amtool(*words, "severity=critical", 'team="a"') == "pager"


@pytest.mark.parametrize("name", NEW)
def test_what_a_version_cannot_do_is_refused_with_the_reason(name: str) -> None:
    way, since = NEW[name]
    assert config(with_way(way), since)["receivers"][1][way.key]
    earlier = (since[0], since[1] - 1)
    with pytest.raises(WarpwatchError, match=r"routing\.receivers\.a\[0\].* needs Alertmanager"):
        config(with_way(way), earlier)


@pytest.mark.binaries
@pytest.mark.parametrize("name", NEW)
def test_amtool_refuses_what_we_refuse_and_takes_what_we_take(
    name: str, amtool: Amtool, written: Written
) -> None:
    way, since = NEW[name]
    file = written(with_way(way), since)
    here = release(amtool("--version").split()[2].rstrip(","))
    if here >= since:
        amtool("check-config", str(file))
    else:
        with pytest.raises(AssertionError, match="not found in type"):
            amtool("check-config", str(file))


def test_the_oldest_can_do_everything_else(whole: Settings) -> None:
    assert config(whole, OLDEST) == config(whole, (9, 0))


@pytest.mark.parametrize(
    ("text", "told"),
    [("0.25", (0, 25)), ("v0.28.1", (0, 28)), ("0.33.1+ds", (0, 33)), ("1.0.0-rc.1", (1, 0))],
)
def test_versions_are_read_as_they_are_printed(text: str, told: Release) -> None:
    assert release(text) == told


@pytest.mark.parametrize(
    ("text", "complaint"), [("latest", "is not a version"), ("0.24", "is older than 0.25")]
)
def test_a_version_that_is_none_or_too_old_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        release(text)


def _names() -> set[str]:
    return {rule.name for group in alerts.groups(Thresholds()) for rule in group.rules}


def test_the_alerts_that_are_named_exist() -> None:
    names = _names()
    assert {
        routes.WATCHDOG,
        inhibition.OFF_THE_BUS,
        inhibition.SET_ASIDE,
        inhibition.FEWER,
        Settings(critical="").node_down[0],
    } <= names


def test_an_inhibiting_alert_never_makes_itself_needless_and_asks_for_what_it_compares() -> None:
    for rule in inhibition.rules(("Down",)):
        for side in ("source_matchers", "target_matchers"):
            asked = {matcher.split()[0] for matcher in rule[side]}
            compared = set(rule["equal"]) - {"cluster", "alertname"}
            assert compared <= asked


def test_without_alerts_of_nodes_down_there_is_no_rule_of_them() -> None:
    assert len(list(inhibition.rules(()))) == 4


@pytest.mark.parametrize("every", ["1m", "5m", "1h"])
def test_the_dead_man_hears_a_beat_each_time_and_none_falls_out(every: str) -> None:
    """At the fifth look, and not before it, the last beat is old enough."""
    tree = routes.tree(Settings(critical="nobody", watchdog_every=every))
    (route,) = [each for each in tree["routes"] if "Watchdog" in each["matchers"][0]]
    look, repeat = (Seconds.parse(route[f"{name}_interval"]) for name in ("group", "repeat"))
    assert look * 5 == Seconds.parse(every)
    assert look * 4 < repeat < look * 5


def test_waits_are_written_in_the_order_of_units_that_alertmanager_wants() -> None:
    assert routes.tree(Settings(critical="nobody", group_wait="1m1s"))["group_wait"] == "61s"


def test_what_a_team_leaves_out_goes_where_it_goes_for_everybody() -> None:
    settings = Settings(critical="nobody", teams={"vision": Team(warning="nobody")})
    written = [route["matchers"] for route in routes.tree(settings)["routes"]]
    assert written[1:] == [
        ['team = "vision"', 'severity = "warning"'],
        ['severity = "critical"'],
    ]


_SPANS = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))


@given(st.lists(_SPANS, min_size=1, max_size=4))
def test_days_are_those_of_all_spans_once_and_around_the_end_of_the_week(
    spans: list[tuple[str, str]],
) -> None:
    written: Any = Hours(days=tuple(f"{a}:{b}" for a, b in spans)).written()["weekdays"]
    wanted = set()
    for first, last in spans:
        week = itertools.cycle(DAYS)
        day = next(day for day in week if day == first)
        while day != last:
            wanted.add(day)
            day = next(week)
        wanted.add(day)
    assert set(written) == wanted
    assert len(written) == len(wanted)


@given(st.text(st.characters(codec="utf-8")))
def test_a_value_stays_within_its_quotes(value: str) -> None:
    written = equal("team", value)
    inner = re.fullmatch(r'team = "((?:[^"\\\n]|\\[\\"n])*)"', written, re.DOTALL)
    assert inner is not None
    plain = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], inner[1])
    assert plain == value
