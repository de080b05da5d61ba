"""The list of counters in force: the file's, or the built-in one, and how reading it went.

A bad list stops the start; a bad list on reload leaves the old one in force, is logged
once for each change of the file, and is a metric.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from warpwatch.errors import InputError
from warpwatch.expo.text import Family
from warpwatch.exporter import counters
from warpwatch.exporter.era import Era
from warpwatch.exporter.own import Own, of
from warpwatch.exporter.selection import Selection, select
from warpwatch.exporter.settings import DEFAULT_COUNTERS

log = logging.getLogger(__name__)

Mark = tuple[int, int, int]

RELOAD = Family(
    "warpwatch_counters_reload_success",
    "gauge",
    "Whether the list of counters was taken when it was last read.",
)


@dataclass(slots=True)
class Listing:
    path: str
    era: Era
    selection: Selection
    mark: Mark | None
    """What the file looked like when it was last read; None: there was none."""
    generation: int = 0
    good: bool = True

    def changed(self) -> bool:
        return _mark(self.path) != self.mark

    def reload(self) -> bool:
        """Reads the list anew; whether it could be taken."""
        self.mark = _mark(self.path)
        try:
            self.selection = _read(self.path, self.era)
        except InputError as error:
            self.good = False
            log.error("%s; the old list stays in force", error)  # noqa: TRY400  a user's mistake, not ours
            return False
        self.good = True
        self.generation += 1
        log.info("%s read anew: %d families", self.path, len(self.selection.metrics))
        return True

    def families(self) -> tuple[Own, ...]:
        return (of(RELOAD, lambda _view: iter([("", int(self.good))])),)


def load(path: str, era: Era) -> Listing:
    return Listing(path, era, _read(path, era), _mark(path))


def _read(path: str, era: Era) -> Selection:
    file = Path(path)
    if path == DEFAULT_COUNTERS and not file.exists():
        return select(counters.built_in(), era)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(
            path,
            f"cannot be read: {reason}",
            hint="give another file with --collectors, or none for the built-in list",
        ) from error
    return select(counters.read(text, path), era)


def _mark(path: str) -> Mark | None:
    """Follows links, so that a ConfigMap's swap of directories shows."""
    try:
        state = Path(path).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_ino, state.st_size
