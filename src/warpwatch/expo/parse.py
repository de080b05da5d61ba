"""Reads text exposition back: for `doctor`, for recordings, and to prove our own pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from warpwatch.errors import InputError

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})[ \t]*(?:\{{(.*)\}}[ \t]*|[ \t])(\S+)(?:[ \t]+(-?\d+))?[ \t]*")
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|$)')
_COMMENT = re.compile(rf"#[ \t]+(HELP|TYPE)[ \t]+({_NAME})(?:[ \t](.*))?")
_ESCAPE = re.compile(r"\\(.)")
_MEANING = {"n": "\n", "\\": "\\", '"': '"'}


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Exposition:
    samples: tuple[Sample, ...]
    types: dict[str, str]
    helps: dict[str, str]

    def named(self, name: str) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.name == name)


def parse(text: str, where: str = "page") -> Exposition:
    samples: list[Sample] = []
    types: dict[str, str] = {}
    helps: dict[str, str] = {}
    # Not splitlines(): a label value may hold any separator but the line feed.
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \t")
        if not stripped:
            continue
        place = f"{where}:{number}"
        if stripped.startswith("#"):
            _comment(stripped, types, helps, place)
        else:
            samples.append(_sample(stripped, place))
    return Exposition(tuple(samples), types, helps)


def _comment(line: str, types: dict[str, str], helps: dict[str, str], place: str) -> None:
    found = _COMMENT.fullmatch(line)
    if found is None:
        return
    word, name, rest = found.groups()
    table = types if word == "TYPE" else helps
    if name in table:
        raise InputError(place, f"a second {word} line for {name}")
    table[name] = rest or "" if word == "TYPE" else _unescape(rest or "")


def _sample(line: str, place: str) -> Sample:
    found = _SAMPLE.fullmatch(line)
    if found is None:
        raise InputError(place, f"not a sample: {line[:80]!r}")
    name, labels, value, _timestamp = found.groups()
    try:
        number = float(value)
    except ValueError:
        raise InputError(place, f"not a number: {value!r}") from None
    pairs = list(_labels(labels or "", place))
    named = dict(pairs)
    if len(named) != len(pairs):
        # Prometheus refuses the whole page for it.
        raise InputError(place, f"a label of {name} is there twice")
    return Sample(name, named, number)


def _labels(text: str, place: str) -> Iterator[tuple[str, str]]:
    position = 0
    while text[position:].strip(" \t"):
        found = _LABEL.match(text, position)
        if found is None:
            raise InputError(place, f"not a label: {text[position : position + 40]!r}")
        yield found[1], _unescape(found[2])
        position = found.end()


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _MEANING.get(found[1], found[0]), text)
