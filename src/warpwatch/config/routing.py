"""Who is told of alerts: the table [routing] of warpwatch.toml."""

from warpwatch.config import environment as env
from warpwatch.config import file
from warpwatch.config.environment import Environment
from warpwatch.config.exporter import own_file
from warpwatch.rules.routing import reading
from warpwatch.rules.routing.settings import Settings


def routing(named: str = "", environment: Environment | None = None) -> Settings | None:
    """`named`: the settings file that the user gave, if any. None where it says nothing of it."""
    found = own_file(named, env.variables() if environment is None else environment)
    said = file.table(found, "routing") if found else {}
    return reading.settings(said, f"{found}: routing") if said else None
