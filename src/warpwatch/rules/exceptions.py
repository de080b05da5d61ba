"""Other thresholds for some boards or some namespaces, within the one expression of an alert.

What an alert tells of is known from its description, which names the labels that it has.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from warpwatch.errors import InputError, UsageError
from warpwatch.rules import owners
from warpwatch.rules.model import Alert
from warpwatch.rules.thresholds import Thresholds, changed, written

Numbers = Mapping[str, float]
_LABEL = re.compile(r"\$labels\.(\w+)")
_NAMED = re.compile(r"%\((\w+)\)s")
_NAMESPACES = ("workload_namespace", "namespace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    boards: Mapping[str, Numbers] = field(default_factory=dict)
    """By the name of the board as the driver has it."""
    namespaces: Mapping[str, Numbers] = field(default_factory=dict)
    """A namespace's own word counts before that of a board."""


NONE = Exceptions()


def settled(alert: Alert, thresholds: Thresholds, exceptions: Exceptions = NONE) -> Alert:
    """With numbers in place of the names of thresholds."""
    expr = alert.expr % written(thresholds)
    for selector, others in _concerning(alert, exceptions):
        other = alert.expr % written(changed(others, thresholds))
        expr = f"(({expr}) unless {selector}) or (({other}) and {selector})"
    told = _NAMED.sub(lambda found: written(thresholds)[found[1]], alert.description)
    return replace(alert, expr=expr, description=told)


def check(exceptions: Exceptions, alerts: tuple[Alert, ...], where: str) -> None:
    """Refuses a threshold that no alert of that kind has: it would be an exception from nothing."""
    for kind, named in (("boards", exceptions.boards), ("namespaces", exceptions.namespaces)):
        usable = {name for alert in alerts if _reaches(alert, kind) for name in _thresholds(alert)}
        for key, numbers in named.items():
            _refuse(numbers, f"{where}.{kind}.{key}")
            for name in numbers:
                if name not in usable:
                    raise InputError(
                        f"{where}.{kind}.{key}",
                        f"no alert that has {name} tells of {kind}",
                        hint=f"for {kind} there are {', '.join(sorted(usable))}",
                    )


def _refuse(numbers: Numbers, where: str) -> None:
    """What is no threshold, or no number of one."""
    try:
        changed(numbers)
    except UsageError as error:
        raise InputError(where, error.message, hint=error.hint) from error


def _concerning(alert: Alert, exceptions: Exceptions) -> Iterator[tuple[str, Numbers]]:
    """What selects those that are excepted, and their thresholds."""
    used = _thresholds(alert)
    for kind, named in (("boards", exceptions.boards), ("namespaces", exceptions.namespaces)):
        if not _reaches(alert, kind):
            continue
        for key, numbers in named.items():
            if used & set(numbers):
                yield _selector(alert, kind, key), numbers


def _reaches(alert: Alert, kind: str) -> bool:
    labels = _labels(alert)
    of_gpu = {"gpu", "model"} <= labels
    return of_gpu or (kind == "namespaces" and bool(labels & set(_NAMESPACES)))


def _selector(alert: Alert, kind: str, key: str) -> str:
    if kind == "boards":
        return _having("model", key)
    label = next((label for label in _NAMESPACES if label in _labels(alert)), None)
    if label is not None:
        return _having(label, key)
    return f"on (cluster, uuid) {owners.INFO}{{workload_namespace={_quoted(key)}}}"


def _having(label: str, value: str) -> str:
    """One series that has the label and nothing else, so that it can be matched on."""
    told = _quoted(value.replace("$", "$$"))
    return f'on ({label}) label_replace(vector(1), "{label}", {told}, "", "")'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _labels(alert: Alert) -> set[str]:
    return set(_LABEL.findall(alert.description))


def _thresholds(alert: Alert) -> set[str]:
    return set(_NAMED.findall(alert.expr))
