"""How rules are to be: the table [rules] of warpwatch.toml."""

from warpwatch.config import environment as env
from warpwatch.config import file
from warpwatch.config.environment import Environment
from warpwatch.config.exporter import own_file
from warpwatch.rules import settings
from warpwatch.rules.render import Options


def rules(named: str = "", environment: Environment | None = None) -> Options:
    """`named`: the settings file that the user gave, if any."""
    found = own_file(named, env.variables() if environment is None else environment)
    said = file.table(found, "rules") if found else {}
    return settings.options(said, f"{found}: rules")
