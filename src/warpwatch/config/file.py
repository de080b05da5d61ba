"""warpwatch.toml: the settings of each room in a table of its own; YAML of the same shape will do.

    [exporter]
    address = "127.0.0.1:9400"
    collect_interval = 1000

Keys are those of the flags, with `_` for `-`.
"""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path

from warpwatch.config.said import Told, Value
from warpwatch.errors import InputError
from warpwatch.exporter.flags import FLAGS, Flag, Sort

_ROOMS = ("exporter", "routing", "rules", "stack")
_TYPES: Mapping[Sort, tuple[type, str]] = {
    Sort.TEXT: (str, "a text"),
    Sort.NUMBER: (int, "a whole number"),
    Sort.SWITCH: (bool, "true or false"),
}
_OWN = ("config", "config_file")
"""Flags that name settings files, which a settings file cannot do."""


def load(path: Path) -> Told:
    """What the file says of the exporter."""
    return {key: _told(key, value, path) for key, value in table(path, "exporter").items()}


def table(path: Path, room: str) -> Mapping[str, object]:
    """What the file says of a room."""
    content = _content(path)
    unknown = [name for name in content if name not in _ROOMS]
    if unknown:
        raise InputError(
            f"{path}: [{unknown[0]}]", "is not known", hint=f"known: {', '.join(_ROOMS)}"
        )
    said = content.get(room, {})
    if not isinstance(said, dict):
        raise InputError(f"{path}: {room}", "is not a table")
    return said


def _content(path: Path) -> Mapping[str, object]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    said: object
    if path.suffix in {".yaml", ".yml"}:
        from warpwatch import strict_yaml  # noqa: PLC0415  only for those who write YAML

        said = strict_yaml.read(content, str(path)) or {}
    else:
        try:
            said = tomllib.loads(content.decode())
        except (ValueError, RecursionError) as error:  # also of a number with 5000 digits
            raise InputError(str(path), f"is not TOML: {error}") from error
    if not isinstance(said, dict):
        raise InputError(str(path), "is not a table of settings")
    return said


def _told(key: object, value: object, path: Path) -> tuple[Value, str]:
    place = f"{path}: exporter.{key}"
    flag = next((flag for flag in FLAGS if flag.key == key and key not in _OWN), None)
    if flag is None:
        raise InputError(place, "is not a setting", hint=_nearest(str(key)))
    kind, name = _TYPES[flag.sort]
    # In Python true is a number too; in a settings file it is a mistake.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InputError(place, f"must be {name}")
    assert_known(flag, value, place)
    return value, place  # type: ignore[return-value]


def assert_known(flag: Flag, value: object, place: str) -> None:
    if flag.choices and value not in flag.choices:
        raise InputError(place, f"{value!r} is not one of {', '.join(flag.choices)}")


def _nearest(key: str) -> str:
    known = [flag.key for flag in FLAGS if flag.key not in _OWN]
    near = difflib.get_close_matches(key.replace("-", "_"), known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else "keys are those of the flags, with _ for -"
