"""What a flag is."""

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    names: tuple[str, ...]
    env: str = ""
    sort: Sort = Sort.TEXT
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()
    least: int = 0
    """The smallest number that makes sense."""
    help: str
    idle: str = ""
    """Why giving it changes nothing; it is accepted with a warning that says this."""

    needs: str = ""
    """The flag without which giving this one changes nothing; then that is said."""

    @property
    def key(self) -> str:
        """The attribute of Settings that it fills."""
        return self.names[0].removeprefix("--").replace("-", "_")
