"""Routes: whom Alertmanager's own configuration tells of each severity."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warpwatch import strict_yaml
from warpwatch.clients.alertmanager.results import Matcher
from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Pipe
from warpwatch.errors import InputError
from warpwatch.rules.model import Severity

Labels = Mapping[str, str]
Route = Mapping[str, Any]
Config = Mapping[str, Any]

UNREADABLE = (InputError, LookupError, TypeError, AttributeError, re.error)
"""What comes of a configuration that is not as Alertmanager writes it."""

_MATCHER = re.compile(r'\s*([\w.]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^,{}"]*)\s*,?')
SAY = "name receivers in [routing] of warpwatch.toml: docs/routing.md"


async def check(pipe: Pipe) -> Findings:
    if pipe.alertmanager is None:
        return
    link = Link("routes", f"{pipe.alertmanager.url}, its configuration")
    try:
        config = read((await pipe.alertmanager.status()).config.original)
        reached = {
            severity: told(config, {"alertname": "GPUHot", "severity": severity})
            for severity in (Severity.CRITICAL, Severity.WARNING)
        }
        heard = {severity: hearing(config, names) for severity, names in reached.items()}
    except UNREADABLE as error:
        yield link.unknown(f"is not understood: {error}", "amtool config routes show")
        return
    for severity, receivers in reached.items():
        nobody = f"{severity} goes to {', '.join(receivers)}, which tells nobody"
        if heard[severity]:
            yield link.ok(f"{severity} goes to {', '.join(heard[severity])}")
        elif severity is Severity.CRITICAL:
            yield link.problem(nobody, SAY)
        else:
            yield link.note(nobody, SAY)


def read(said: str) -> Config:
    config: Config = strict_yaml.read(said.encode(), "its configuration")  # type: ignore[assignment]
    return config


def hearing(config: Config, receivers: Sequence[str]) -> Sequence[str]:
    """Those of them that tell anybody."""
    deaf = {each["name"] for each in config["receivers"] if not _ways(each)}
    return [receiver for receiver in receivers if receiver not in deaf]


def told(config: Config, labels: Labels) -> Sequence[str]:
    """The receivers of an alert with these labels, by the rules of Alertmanager's tree."""
    return tuple(dict.fromkeys(_down(config["route"], labels, "")))


def _down(route: Route, labels: Labels, inherited: str) -> Iterator[str]:
    receiver = str(route.get("receiver") or inherited)
    found = False
    for child in route.get("routes") or ():
        if _fits(child, labels):
            found = True
            yield from _down(child, labels, receiver)
            if not child.get("continue"):
                return
    if not found:
        yield receiver


def _fits(route: Route, labels: Labels) -> bool:
    equal = (labels.get(name, "") == value for name, value in (route.get("match") or {}).items())
    like = (
        re.fullmatch(str(value), labels.get(name, ""))
        for name, value in (route.get("match_re") or {}).items()
    )
    written = (matcher for text in route.get("matchers") or () for matcher in matchers(str(text)))
    return all(equal) and all(like) and all(_holds(each, labels) for each in written)


def matchers(text: str) -> Iterator[Matcher]:
    """As Alertmanager writes them: one, or several within braces."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    at = 0
    while at < len(inner.rstrip()):
        found = _MATCHER.match(inner, at)
        if found is None:
            raise InputError(text, "is no matcher")
        name, sign, value = found.groups()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        yield Matcher(name, value.strip(), is_regex="~" in sign, is_equal=not sign.startswith("!"))
        at = found.end()


def _holds(matcher: Matcher, labels: Labels) -> bool:
    value = labels.get(matcher.name, "")
    fits = bool(re.fullmatch(matcher.value, value)) if matcher.is_regex else value == matcher.value
    return fits is matcher.is_equal


def _ways(receiver: Mapping[str, Any]) -> bool:
    return any(value for key, value in receiver.items() if key.endswith("_configs"))
