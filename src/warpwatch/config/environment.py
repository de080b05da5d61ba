"""The only reader of the environment and of settings files: what was said, as frozen settings."""

import dataclasses
import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from warpwatch.errors import UsageError
from warpwatch.exporter.flags import FLAGS, Flag, Sort
from warpwatch.exporter.settings import SHORTEST_INTERVAL_MS, Settings

Said = str | int | bool

_TRUE = ("1", "t", "true", "yes", "on")
_FALSE = ("0", "f", "false", "no", "off")


def exporter(
    given: Mapping[str, object], environment: Mapping[str, str] | None = None
) -> tuple[Settings, tuple[str, ...]]:
    """Settings from flags and environment, and a warning for each thing that has no effect."""
    environment = os.environ if environment is None else environment
    warnings: list[str] = []
    said: dict[str, Said] = {}
    for flag in FLAGS:
        value, place = _said(flag, given.get(flag.key), environment)
        if value is None or value == flag.default:
            continue
        if isinstance(value, int) and flag.sort is Sort.NUMBER and value < flag.least:
            raise UsageError(f"{place} {value} is too small", hint=f"give {flag.least} or more")
        if flag.refused:
            raise UsageError(f"{place}: {flag.refused}", hint=f"leave {place} out")
        if flag.idle:
            warnings.append(f"{place} is accepted but has no effect: {flag.idle}")
        else:
            said[flag.key] = value
    settings = dataclasses.replace(Settings(), **said)  # type: ignore[arg-type]
    return _sane(settings, warnings), tuple(warnings)


def _said(flag: Flag, given: object, environment: Mapping[str, str]) -> tuple[Said | None, str]:
    """What was said of a flag, and where."""
    if isinstance(given, str | int):
        return given, flag.names[0]
    text = environment.get(flag.env, "") if flag.env else ""
    return (_read(flag, text), flag.env) if text else (None, "")


def _read(flag: Flag, text: str) -> Said:
    match flag.sort:
        case Sort.SWITCH if text.lower() in _TRUE:
            return True
        case Sort.SWITCH if text.lower() in _FALSE:
            return False
        case Sort.SWITCH:
            raise UsageError(f"{flag.env}={text!r} is not true or false")
        case Sort.NUMBER if text.isascii() and text.isdecimal():
            return int(text)
        case Sort.NUMBER:
            raise UsageError(f"{flag.env}={text!r} is not a whole number")
        case Sort.TEXT if flag.choices and text not in flag.choices:
            raise UsageError(f"{flag.env}={text!r} is not one of {', '.join(flag.choices)}")
    return text


def _sane(settings: Settings, warnings: list[str]) -> Settings:
    if settings.collect_interval < SHORTEST_INTERVAL_MS:
        warnings.append(
            f"--collect-interval {settings.collect_interval} is raised to {SHORTEST_INTERVAL_MS}: "
            "the profiling counters of the hardware are not valid below that"
        )
        settings = dataclasses.replace(settings, collect_interval=SHORTEST_INTERVAL_MS)
    if not settings.hostname:
        settings = dataclasses.replace(settings, hostname=hostname())
    return settings


def hostname() -> str:
    return socket.gethostname()


def command(environment: Mapping[str, str] | None = None) -> str:
    """How the user calls this program, for lines that are meant to be typed."""
    environment = os.environ if environment is None else environment
    return environment.get("WARPWATCH_COMMAND", "warpwatch")


def runtime_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Where sockets go: XDG's directory, else one of this user's own beside the temporary files."""
    environment = os.environ if environment is None else environment
    directory = environment.get("XDG_RUNTIME_DIR")
    if directory:
        return Path(directory, "warpwatch")
    return Path(tempfile.gettempdir(), f"warpwatch-{os.getuid()}")
