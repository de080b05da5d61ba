"""What was said of each setting and where: on the command line, in the environment, in a file.

The first of these that says something counts; below them stands the default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warpwatch.config.environment import Environment
from warpwatch.errors import UsageError
from warpwatch.exporter.flags import FLAGS, Flag, Sort

Value = str | int | bool
Told = Mapping[str, tuple[Value, str]]
"""Of a file: by key the value, and the place that it stands in."""

DEFAULT = "default"
_TRUE = ("1", "t", "true", "yes", "on")
_FALSE = ("0", "f", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class Said:
    flag: Flag
    value: Value
    place: str
    """Such as `--address`, `DCGM_EXPORTER_LISTEN`, `/etc/warpwatch/warpwatch.toml: address`."""

    @property
    def given(self) -> bool:
        return self.place != DEFAULT


def everything(
    given: Mapping[str, object], environment: Environment, files: Sequence[Told] = ()
) -> Iterator[Said]:
    for flag in FLAGS:
        yield _said(flag, given.get(flag.key), environment, files)


def _said(flag: Flag, given: object, environment: Environment, files: Sequence[Told]) -> Said:
    if isinstance(given, str | int):
        return Said(flag, given, flag.names[0])
    text = environment.get(flag.env, "") if flag.env else ""
    if text:
        return Said(flag, read(flag, text, f"{flag.env}={text!r}"), flag.env)
    for told in files:
        if flag.key in told:
            value, place = told[flag.key]
            return Said(flag, value, place)
    return Said(flag, flag.default, DEFAULT)


def read(flag: Flag, text: str, shown: str) -> Value:
    match flag.sort:
        case Sort.SWITCH if text.lower() in _TRUE:
            return True
        case Sort.SWITCH if text.lower() in _FALSE:
            return False
        case Sort.SWITCH:
            raise UsageError(f"{shown} is not true or false")
        case Sort.NUMBER if text.isascii() and text.isdecimal():
            return int(text)
        case Sort.NUMBER:
            raise UsageError(f"{shown} is not a whole number")
        case Sort.TEXT if flag.choices and text not in flag.choices:
            raise UsageError(f"{shown} is not one of {', '.join(flag.choices)}")
    return text
