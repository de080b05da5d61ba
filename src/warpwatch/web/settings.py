"""What the console can be told."""

from dataclasses import dataclass, field
from pathlib import Path

LISTEN = "127.0.0.1:9480"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a browser may ask of Prometheus through us."""

    days: float = 31.0
    """The longest range."""
    points: int = 2000
    """Of one series."""
    series: int = 500
    """Of one answer; the rest is left out, and the answer says so."""
    letters: int = 8192
    """Of an expression."""
    at_once: int = 6
    waiting: int = 120
    """Beyond them the answer is 429."""
    seconds: float = 20.0
    """Until a question is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    listen: str = LISTEN
    prefix: str = "/"
    """Path under which a reverse proxy serves it: begins and ends with a slash."""
    refresh: float = 5.0
    """Seconds between two looks at the fleet."""
    grafana: str = ""
    """Address of a Grafana that numbers are linked to."""
    token_file: Path | None = None
    """Who shows this token may look; without it anybody may who gets here."""
    operator_token_file: Path | None = None
    """Who shows this one may silence too; without it nobody may."""
    hosts: tuple[str, ...] = ()
    """Names under which it is called, beside those of this machine's loopback."""
    open_hosts: bool = True
    """Whether any name will do: so where a password, a token or a network stands before it."""
    passwords: bool = False
    """Whether who gets here has shown one."""
    secure: bool = False
    """Whether browsers speak TLS with it."""
    bounds: Bounds = field(default_factory=Bounds)
    browsers: int = 256
    """Streams at once."""
