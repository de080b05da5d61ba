"""The list of counters in force, wherever it comes from, and how reading it went.

A bad list stops the start; a bad list on reload leaves the old one in force, is logged
once for each change, and is a metric.
"""

import logging
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from warpwatch.errors import InputError
from warpwatch.expo.text import Family
from warpwatch.exporter import counters
from warpwatch.exporter.counters import Counter
from warpwatch.exporter.era import Era
from warpwatch.exporter.own import Own, of
from warpwatch.exporter.selection import Selection, select
from warpwatch.exporter.settings import DEFAULT_COUNTERS, Settings
from warpwatch.fields.field import Field

log = logging.getLogger(__name__)

RELOAD = Family(
    "warpwatch_counters_reload_success",
    "gauge",
    "Whether the list of counters was taken when it was last read.",
)


class Origin(Protocol):
    """Where a list comes from."""

    @property
    def where(self) -> str:
        """For people: a path, a ConfigMap."""
        ...

    def mark(self) -> Hashable:
        """Another one when there is something new to read."""
        ...

    def read(self) -> tuple[Counter, ...]: ...


@dataclass(frozen=True, slots=True)
class File:
    path: str

    @property
    def where(self) -> str:
        return "the built-in list" if self._built_in else self.path

    @property
    def _built_in(self) -> bool:
        return self.path == DEFAULT_COUNTERS and not Path(self.path).exists()

    def mark(self) -> Hashable:
        """Follows links, so that a mounted ConfigMap's swap of directories shows."""
        try:
            state = Path(self.path).stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_ino, state.st_size

    def read(self) -> tuple[Counter, ...]:
        if self._built_in:
            return counters.built_in()
        try:
            text = Path(self.path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise InputError(
                self.path,
                f"cannot be read: {reason}",
                hint="give another file with --collectors, or none for the built-in list",
            ) from error
        return counters.read(text, self.path)


@dataclass(frozen=True, slots=True)
class Inline:
    """A list that stands in a settings file, which is read once."""

    where: str
    text: str

    def mark(self) -> Hashable:
        return None

    def read(self) -> tuple[Counter, ...]:
        return counters.read(self.text, self.where)


@dataclass(slots=True)
class Listing:
    origin: Origin
    era: Era
    selection: Selection
    also: tuple[Field, ...]
    """Read whatever the list says."""
    mark: Hashable
    generation: int = 0
    good: bool = True

    def changed(self) -> bool:
        return self.origin.mark() != self.mark

    def reload(self) -> bool:
        """Reads the list anew; whether it could be taken."""
        self.mark = self.origin.mark()
        try:
            self.selection = select(self.origin.read(), self.era, self.also)
        except InputError as error:
            self.good = False
            log.error("%s; the old list stays in force", error)  # noqa: TRY400  a user's mistake, not ours
            return False
        self.good = True
        self.generation += 1
        log.info("%s read anew: %d families", self.origin.where, len(self.selection.metrics))
        return True

    def families(self) -> tuple[Own, ...]:
        return (of(RELOAD, lambda _view: iter([("", int(self.good))])),)


def origin(settings: Settings) -> Origin:
    """Of the settings alone, without a ConfigMap."""
    if settings.counters:
        return Inline(settings.config_file, settings.counters)
    return File(settings.collectors)


def load(origin: Origin, era: Era, also: tuple[Field, ...] = ()) -> Listing:
    mark = origin.mark()
    return Listing(origin, era, select(origin.read(), era, also), also, mark)
