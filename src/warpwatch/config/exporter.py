"""The exporter's settings, from all that was said of them."""

import dataclasses
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warpwatch.config import environment as env
from warpwatch.config import said
from warpwatch.config.environment import Environment
from warpwatch.config.said import Said, Told
from warpwatch.errors import InputError, UsageError
from warpwatch.exporter.flags import FLAGS, Sort
from warpwatch.exporter.settings import SHORTEST_INTERVAL_MS, Settings

_PREFIX = "WARPWATCH_EXPORTER__"


@dataclass(frozen=True, slots=True)
class Resolved:
    settings: Settings
    warnings: tuple[str, ...]
    """One for each thing that has no effect."""
    said: tuple[Said, ...]
    """Everything, with its place."""


def exporter(given: Mapping[str, object], environment: Environment | None = None) -> Resolved:
    environment = env.variables() if environment is None else environment
    files, counters = _files(given, environment)
    everything = tuple(said.everything(given, environment, files))
    warnings: list[str] = []
    acting: dict[str, said.Value] = {}
    for each in everything:
        flag, value, place = each.flag, each.value, each.place
        if not each.given or value == flag.default:
            continue
        if isinstance(value, int) and flag.sort is Sort.NUMBER and value < flag.least:
            raise UsageError(f"{place} {value} is too small", hint=f"give {flag.least} or more")
        if flag.idle:
            warnings.append(f"{place} is accepted but has no effect: {flag.idle}")
        else:
            acting[flag.key] = value
    if any(each.given and each.flag.key == "collectors" for each in everything):
        # A file cannot hold both, so this was said by a flag or the environment, which win.
        counters = ""
    settings = dataclasses.replace(Settings(), counters=counters, **acting)  # type: ignore[arg-type]
    warnings += _alone(settings, everything)
    warnings += _unknown(environment)
    return Resolved(_sane(settings, warnings), tuple(warnings), everything)


def _alone(settings: Settings, everything: Sequence[Said]) -> Iterator[str]:
    """What does nothing for want of another setting."""
    keys = {name: flag.key for flag in FLAGS for name in flag.names}
    for each in everything:
        needs = each.flag.needs
        wanted = each.given and each.value != each.flag.default
        if wanted and needs and not getattr(settings, keys[needs]):
            yield f"{each.place} has no effect without {needs}"


def _unknown(environment: Environment) -> Iterator[str]:
    """A variable that has our prefix was meant for us; of all others nobody knows."""
    known = [flag.env.removeprefix(_PREFIX) for flag in FLAGS if flag.env.startswith(_PREFIX)]
    for name in environment:
        rest = name.removeprefix(_PREFIX)
        if rest != name and rest not in known:
            close = difflib.get_close_matches(rest, known, n=1)
            guess = f"; did you mean {_PREFIX}{close[0]}?" if close else ""
            yield f"{name} is not a setting{guess}"


def _files(given: Mapping[str, object], environment: Environment) -> tuple[list[Told], str]:
    """What files say, and the list of counters that one of them may hold."""
    flags = {each.flag.key: each for each in said.everything(given, environment)}
    own, theirs = flags["config"], flags["config_file"]
    told: list[Told] = []
    found = own_file(str(own.value), environment)
    if found is not None:
        from warpwatch.config import file  # noqa: PLC0415  only where there is one

        told.append(file.load(found))
    counters = ""
    if theirs.value:
        from warpwatch.config import dcgm_file  # noqa: PLC0415  as above

        if told and told[0]:
            raise UsageError(
                f"{theirs.place} and {found} both say what the exporter is to do",
                hint="give one of them",
            )
        said_there = dict(dcgm_file.load(Path(str(theirs.value))))
        counters = str(said_there.pop("counters", ("", ""))[0])
        told = [said_there]
    return told, counters


def own_file(named: str, environment: Environment) -> Path | None:
    """warpwatch.toml: the one that is named, else the first of the usual ones."""
    if named:
        path = Path(named)
        if not path.is_file():
            raise InputError(named, "is not there", hint="give another file with --config")
        return path
    return next(filter(_is_there, env.settings_files(environment)), None)


def _is_there(path: Path) -> bool:
    """One that hides in the home of another user, as when root started us as nobody, is not."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def _sane(settings: Settings, warnings: list[str]) -> Settings:
    if settings.collect_interval < SHORTEST_INTERVAL_MS:
        warnings.append(
            f"--collect-interval {settings.collect_interval} is raised to {SHORTEST_INTERVAL_MS}: "
            "the profiling counters of the hardware are not valid below that"
        )
        settings = dataclasses.replace(settings, collect_interval=SHORTEST_INTERVAL_MS)
    if not settings.hostname:
        settings = dataclasses.replace(settings, hostname=env.hostname())
    return settings
