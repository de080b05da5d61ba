"""From plain data to checked values, with complaints that a person can act on."""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from warpwatch.errors import InputError
from warpwatch.sources.sim.faults import FAULTS, AnyFault
from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.hosts.faults import HOST_FAULTS, AnyHostFault, HostFault
from warpwatch.sources.sim.mishap import Mishap
from warpwatch.sources.sim.programs.faults import PROGRAM_FAULTS, AnyProgramFault, ProgramFault
from warpwatch.sources.sim.scenario import GpuGroup, Scenario, Timing
from warpwatch.units import Seconds

_PLACE = re.compile(r"^(?P<problem>.*?) - at `\$\.?(?P<path>.*)`$", re.DOTALL)
_INDEXED = re.compile(r"(?P<list>\w+)\[(?P<index>\d+)\]")
_WORD = re.compile(r"(?:unknown field `|Invalid value ')(?P<word>[^`']*)")
_PLAIN = {"object": "a table", "array": "a list", "str": "text", "int": "a whole number"}


def decode_scenario(raw: object, origin: str) -> Scenario:
    """`origin` names the file that the data came from."""
    try:
        return msgspec.convert(raw, Scenario, dec_hook=_duration)
    except msgspec.ValidationError as error:
        raise _complaint(str(error), origin, lambda path: _keys(raw, path)) from error


def decode_fault(raw: object, origin: str) -> Fault:
    fault: Fault = _decoded(raw, AnyFault, origin)
    return fault


def decode_host_fault(raw: object, origin: str) -> HostFault:
    fault: HostFault = _decoded(raw, AnyHostFault, origin)
    return fault


def decode_program_fault(raw: object, origin: str) -> ProgramFault:
    fault: ProgramFault = _decoded(raw, AnyProgramFault, origin)
    return fault


def _decoded(raw: object, kinds: Any, origin: str) -> Any:
    try:
        return msgspec.convert(raw, kinds, dec_hook=_duration)
    except msgspec.ValidationError as error:
        raise _complaint(str(error), origin, lambda _: _fault_keys(raw)) from error


def place(origin: str, path: str) -> str:
    return f"{origin}: {path}" if path else origin


def did_you_mean(word: str, known: Iterable[str], what: str) -> str:
    """A hint with the nearest known word, if any is near, and the list."""
    words = sorted(known)
    folded = {each.casefold(): each for each in words}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.4)
    listed = f"{what}: {', '.join(words)}"
    return f"did you mean {folded[near[0]]!r}? {listed}" if near else listed


def _duration(kind: type, value: object) -> object:
    if kind is Seconds:
        return Seconds.parse(value)
    raise NotImplementedError(kind)


def _complaint(message: str, origin: str, keys: Callable[[str], tuple[str, ...]]) -> InputError:
    found = _PLACE.match(message)
    problem, path = (found["problem"], found["path"]) if found else (message, "")
    word = _WORD.search(problem)
    for name, plain in _PLAIN.items():
        problem = problem.replace(f"`{name}`", plain)
    hint = "see examples/scenarios for files that work"
    if word and problem.startswith("Invalid"):
        hint = did_you_mean(word["word"], (kind.name() for kind in FAULTS), "faults")
    elif word:
        hint = did_you_mean(word["word"], keys(path), "keys")
    return InputError(place(origin, path), problem, hint=hint)


def _keys(raw: object, path: str) -> tuple[str, ...]:
    """What may stand in the table at a path."""
    if path.startswith("gpus"):
        return GpuGroup.__struct_encode_fields__
    if path.startswith("time"):
        return Timing.__struct_encode_fields__
    if path:
        return _fault_keys(_element(raw, path))
    return Scenario.__struct_encode_fields__


def _element(raw: object, path: str) -> object:
    """What stands at a path such as `faults[2]`."""
    found = _INDEXED.match(path)
    if found is None or not isinstance(raw, dict):
        return None
    return raw[found["list"]][int(found["index"])]


def _fault_keys(raw: object) -> tuple[str, ...]:
    """What may be said of a fault of this kind: its own parameters, not those of others."""
    name = raw.get("fault") if isinstance(raw, dict) else None
    kinds: tuple[type[Fault | Mishap], ...] = (*FAULTS, *HOST_FAULTS, *PROGRAM_FAULTS)
    own = [kind.__struct_encode_fields__ for kind in kinds if kind.name() == name]
    return ("fault", *own[0]) if own else ("fault",)
