"""What may be chosen of the rules: the table [rules] of warpwatch.toml."""

from collections.abc import Mapping

import msgspec

from warpwatch.errors import InputError, UsageError
from warpwatch.rules import alerts, exceptions
from warpwatch.rules.exceptions import Exceptions
from warpwatch.rules.files import RUNBOOKS, Links
from warpwatch.rules.render import Options
from warpwatch.rules.thresholds import changed
from warpwatch.units import Seconds

Numbers = dict[str, float]
SHORTEST, LONGEST = 5.0, 60.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    thresholds: Numbers = {}
    boards: dict[str, Numbers] = {}
    """Thresholds of some boards, by their name as the driver has it."""
    namespaces: dict[str, Numbers] = {}
    """Thresholds of what runs in some namespaces."""
    interval: str = "30s"
    """Between two evaluations; a minute where there are thousands of GPUs."""
    team_label: str = "team"
    teams: dict[str, str] = {}
    """By namespace."""
    runbook_url: str = RUNBOOKS
    dashboard_url: str = ""

    def options(self, where: str) -> Options:
        excepted = Exceptions(boards=self.boards, namespaces=self.namespaces)
        told = tuple(alert for family in alerts.FAMILIES.values() for alert in family)
        try:
            thresholds, interval = changed(self.thresholds), span(self.interval)
        except UsageError as error:
            raise InputError(where, error.message, hint=error.hint) from error
        exceptions.check(excepted, told, where)
        return Options(
            thresholds=thresholds,
            interval=interval,
            exceptions=excepted,
            team_label=self.team_label,
            teams=self.teams,
            links=Links(runbook=self.runbook_url, dashboard=self.dashboard_url),
        )


def span(written: str) -> float:
    """Within what rules can bear: Prometheus forgets a series after five minutes."""
    try:
        seconds = Seconds.parse(written)
    except ValueError as error:
        raise UsageError(f"interval: {error}") from error
    if not SHORTEST <= seconds <= LONGEST:
        raise UsageError(
            f"interval {written} is not between {SHORTEST:g} and {LONGEST:g} seconds",
            hint="30s is usual; with more than a minute the windows of alerts would be empty",
        )
    return seconds


def options(said: Mapping[str, object], where: str) -> Options:
    try:
        settings = msgspec.convert(said, Settings)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise InputError(f"{where}{path.removesuffix('`')}", problem) from error
    return settings.options(where)
