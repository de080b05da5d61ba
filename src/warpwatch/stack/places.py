"""What a stack keeps on disk, and where; nothing of it is anywhere else."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from warpwatch.errors import InputError

LITTLE_SPACE = 500 * 1024 * 1024
MORE_SPACE = "make room, or keep less: retention_size and retention_time under [stack]"
"""What to do about it."""


@dataclass(frozen=True, slots=True)
class Places:
    state: Path
    """Measurements, logs, configurations, and who runs: what `up` finds again."""
    cache: Path
    """Programs that were fetched: what can be fetched again."""

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def rules(self) -> Path:
        return self.state / "rules"

    @property
    def binaries(self) -> Path:
        return self.cache / "bin"

    def data(self, name: str) -> Path:
        return self.state / name

    @property
    def remark(self) -> str:
        """That space runs out; empty while there is enough."""
        free = shutil.disk_usage(self.state).free
        if free >= LITTLE_SPACE:
            return ""
        return f"{self.state}: {free >> 20} MiB are free; without any, what is measured is lost"

    def make(self) -> None:
        try:
            for folder in (self.state, self.logs, self.rules, self.cache):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                str(error.filename),
                f"cannot be made: {error.strerror}",
                hint="set XDG_STATE_HOME and XDG_CACHE_HOME to folders that you may write in",
            ) from error

    def wipe(self) -> tuple[Path, ...]:
        """What was there and is gone."""
        gone = tuple(folder for folder in (self.state, self.cache) if folder.exists())
        for folder in gone:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise InputError(
                    str(error.filename or folder), f"cannot be removed: {error.strerror}"
                ) from error
        return gone
