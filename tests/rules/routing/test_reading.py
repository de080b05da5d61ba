"""The table [routing]: every mistake is told with its place, and no secret with it."""

import tomllib
from typing import Any

import pytest

from warpwatch.errors import InputError
from warpwatch.rules.routing import reading
from warpwatch.rules.routing.settings import Settings
from warpwatch.rules.routing.ways import WAYS, Way

INLINE = "s3cr3t"
REST = '\ncritical = "nobody"'


def read(text: str) -> Settings:
    return reading.settings(tomllib.loads(text), "w.toml: routing")


def test_everything_arrives(whole: Settings) -> None:
    assert [place for place, _ in whole.ways()] == [
        "receivers.pager[0]",
        "receivers.pager[1]",
        "receivers.chat[0]",
        "receivers.mail[0]",
        "receivers.deadman[0]",
        "receivers.deadman[1]",
        "receivers.vision[0]",
    ]
    assert {kind for kind in WAYS if kind.__name__ != "Teams"} == {type(w) for _, w in whole.ways()}


def test_all_ways_are_in_the_list() -> None:
    assert set(WAYS) == set(Way.__args__)


def way(text: str) -> str:
    return f"receivers.a = [{{{text}}}]{REST}"


HOOK = 'by = "webhook", '
MAIL = 'by = "email", to = "a@b", from = "a@b", smarthost = "h:25"'
MISTAKES = {
    "a key that is not known": (f"reciever = 1{REST}", r"routing: .*unknown field `reciever`"),
    "nobody woken up": ('warning = "nobody"', r"routing\.critical: is missing"),
    "no such receiver": ('critical = "pagr"', r"routing\.critical: there is no receiver 'pagr'"),
    "no such receiver of a team": (
        f'teams.vision.warning = "chat"{REST}',
        r"routing\.teams\.vision\.warning: there is no receiver 'chat'",
    ),
    "no such dead man's switch": (f'watchdog = "x"{REST}', r"routing\.watchdog: there is no"),
    "no such way out": (f'otherwise = "x"{REST}', r"routing\.otherwise: there is no"),
    "no such hours": (
        'critical = {receiver = "nobody", except_during = ["lunch"]}',
        r"routing\.critical: there are no hours 'lunch'",
    ),
    "a team that is no table": (f"teams.vision = 3{REST}", r"routing\.teams\.vision: Expected"),
    "a severity that is none": (
        f'teams.vision.page = "nobody"{REST}',
        r"routing\.teams\.vision: .*unknown field `page`",
    ),
    "nobody again": (
        f"receivers.nobody = [{{{MAIL}}}]{REST}",
        r"receivers\.nobody: is there already",
    ),
    "a receiver without a way": (f"receivers.a = []{REST}", r"receivers\.a: has no way"),
    "no such way": (way('by = "pigeon"'), r"receivers\.a\[0\]\.by: Invalid value 'pigeon'"),
    "no way said": (way('url = "http://x"'), r"receivers\.a\[0\]: .*missing required field `by`"),
    "no key": (way('by = "pagerduty"'), r"receivers\.a\[0\]: .*`routing_key_file`"),
    "a path from nowhere": (
        way('by = "slack", api_url_file = "slack"'),
        r"receivers\.a\[0\]\.api_url_file: Expected `str` matching",
    ),
    "no path": (
        way('by = "slack", api_url_file = ""'),
        r"receivers\.a\[0\]\.api_url_file: Expected `str` matching",
    ),
    "no name": (f'receivers."" = [{{{MAIL}}}]{REST}', r"routing: .*length >= 1.*\$\.receivers"),
    "hours of no time": (f"hours.x = []{REST}", r"routing\.hours.*length >= 1"),
    "hours of no day": (f"hours.x = [{{days = []}}]{REST}", r"hours\.x\[0\]\.days: .*length"),
    "a webhook to nowhere": (way('by = "webhook"'), r"\[0\]: must give one of url and url_file"),
    "a webhook to two": (
        way(f'{HOOK} url = "http://x", url_file = "/x"'),
        r"\[0\]: must give one of url and url_file",
    ),
    "a login without a password": (
        way(f'{HOOK} url = "http://x", username = "u"'),
        r"\[0\]: username and password_file go together",
    ),
    "two logins": (
        way(
            f'{HOOK} url = "http://x", username = "u", password_file = "/p", '
            'bearer_token_file = "/t"'
        ),
        r"\[0\]: gives both",
    ),
    "mail without a password": (way(f'{MAIL}, username = "u"'), r"\[0\]: username and password"),
    "mail by no server": (way(MAIL.replace("h:25", "h")), r"receivers\.a\[0\]\.smarthost: "),
    "every alert by itself": (f'group_by = ["..."]{REST}', r'routing\.group_by: "\.\.\." would'),
    "a label that is none": (f'group_by = ["a-b"]{REST}', r"routing\.group_by\[0\]: "),
    "no time at all": (f'repeat_interval = "0s"{REST}', r"routing\.repeat_interval: is less than"),
    "no duration": (f'group_wait = "soon"{REST}', r"routing\.group_wait: Expected"),
    "a day that is none": (f'hours.x = [{{days = ["caturday"]}}]{REST}', r"hours\.x\[0\]\.days"),
    "an hour that is none": (f'hours.x = [{{end = "24:30"}}]{REST}', r"hours\.x\[0\]\.end: "),
    "an end before the beginning": (
        f'hours.x = [{{begin = "22:00", end = "06:00"}}]{REST}',
        r"hours\.x\[0\]\.end: 06:00 is not after 22:00",
    ),
    "a place that is none": (
        f'hours.x = [{{location = "Moon/Tycho"}}]{REST}',
        r"hours\.x\[0\]\.location: Moon/Tycho is no time zone",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_mistake_is_told_with_its_place(mistake: str) -> None:
    text, complaint = MISTAKES[mistake]
    with pytest.raises(
        InputError, match=rf"^w\.toml: routing.*{complaint.removeprefix('routing')}"
    ):
        read(text)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("pagerduty", "routing_key"),
        ("opsgenie", "api_key"),
        ("slack", "api_url"),
        ("teams", "webhook_url"),
        ("email", "password"),
        ("webhook", "password"),
        ("webhook", "bearer_token"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(kind: str, key: str) -> None:
    with pytest.raises(InputError, match=rf"a\[0\]\.{key}: is a secret") as told:
        read(way(f'by = "{kind}", {key} = "{INLINE}"'))
    assert f"{key}_file" in told.value.hint
    assert INLINE not in told.value.message + told.value.hint


def test_a_password_within_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(InputError, match=r"a\[0\]\.url: holds a password") as told:
        read(way(f'{HOOK} url = "http://u:{INLINE}@x/"'))
    assert INLINE not in told.value.message + told.value.hint


def test_every_secret_is_named_by_its_file(whole: Settings) -> None:
    named: dict[str, Any] = {place: dict(each.secrets) for place, each in whole.ways()}
    assert named["receivers.pager[0]"] == {"routing_key_file": "/etc/warpwatch/pagerduty"}
    assert named["receivers.deadman[1]"] == {"password_file": "/etc/warpwatch/hooks"}
