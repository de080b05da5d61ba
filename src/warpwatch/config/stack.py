"""The stack's settings: flags over `WARPWATCH_STACK__KEY` over the table [stack] over defaults."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from warpwatch.config import environment as env
from warpwatch.config import file
from warpwatch.config.environment import Environment
from warpwatch.config.exporter import own_file
from warpwatch.errors import InputError, UsageError
from warpwatch.stack.settings import Settings, check

PREFIX = "WARPWATCH_STACK__"
_SWITCH = {"true": True, "1": True, "false": False, "0": False}


def stack(named: str = "", environment: Environment | None = None) -> Settings:
    """`named`: the settings file that the user gave, if any."""
    environment = env.variables() if environment is None else environment
    found = own_file(named, environment)
    said: dict[str, object] = dict(file.table(found, "stack")) if found else {}
    said |= _from_environment(environment)
    where = f"{found or PREFIX}: stack"
    try:
        settings = msgspec.convert(said, Settings)
    except msgspec.ValidationError as error:
        raise InputError(where, str(error)) from error
    check(settings, where)
    return _absolute(settings)


def _from_environment(environment: Environment) -> Iterator[tuple[str, object]]:
    known = {name: field for name, field in _fields() if isinstance(field, str | bool)}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise UsageError(
                f"{variable} is not a setting", hint=f"{PREFIX}{next(iter(known)).upper()} is one"
            )
        if not isinstance(known[name], bool):
            yield name, text
        elif text.lower() in _SWITCH:
            yield name, _SWITCH[text.lower()]
        else:
            raise UsageError(f"{variable}={text!r} is not true or false")


def _fields() -> Iterator[tuple[str, object]]:
    for each in msgspec.structs.fields(Settings):
        yield each.name, each.default


def _absolute(settings: Settings) -> Settings:
    """Prometheus takes paths from where its configuration is, and people from where they are."""
    rules = tuple(str(Path(rule).absolute()) for rule in settings.rule_files)
    return msgspec.structs.replace(settings, rule_files=rules)
