"""From a table as files have it to settings; what is wrong is told with its place, never its value,
which may be a secret at the wrong place.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from warpwatch.errors import InputError
from warpwatch.rules.routing.hours import Hours
from warpwatch.rules.routing.settings import Settings, Team, check
from warpwatch.rules.routing.ways import WAYS, Way

T = TypeVar("T")

_FILES = {name for way in WAYS for name in way.__struct_fields__ if name.endswith("_file")}
_SECRETS = {name.removesuffix("_file"): name for name in _FILES - {"ca_file", "url_file"}}

_NAMED: Mapping[str, Any] = {
    "receivers": tuple[Way, ...],
    "teams": Team,
    "hours": tuple[Hours, ...],
}
"""Tables whose keys are the user's own names, which msgspec leaves out of places."""


def settings(said: Mapping[str, object], where: str) -> Settings:
    for key, kind in _NAMED.items():
        named = said.get(key)
        if isinstance(named, Mapping):
            for name, value in named.items():
                _no_secrets(value, f"{where}.{key}.{name}")
                _converted(value, kind, f"{where}.{key}.{name}")
    read = _converted(said, Settings, where)
    check(read, where)
    return read


def _converted(said: object, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise InputError(f"{where}{path.removesuffix('`')}", problem) from error


def _no_secrets(ways: object, where: str) -> None:
    for number, way in enumerate(ways if isinstance(ways, list) else ()):
        inline = [key for key in way if key in _SECRETS] if isinstance(way, Mapping) else []
        if inline:
            raise InputError(
                f"{where}[{number}].{inline[0]}",
                "is a secret, which no settings file may hold",
                hint=f"write it into a file that only Alertmanager reads: {_SECRETS[inline[0]]}",
            )
