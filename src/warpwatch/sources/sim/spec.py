"""From what a user types, `sim:8xH100` or `sim:lab.toml`, to a scenario that makes sense."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from warpwatch.errors import InputError
from warpwatch.sources.sim.board import BOARDS, Board, board
from warpwatch.sources.sim.decode import decode_scenario, did_you_mean, place
from warpwatch.sources.sim.faults.fault import Fault
from warpwatch.sources.sim.scenario import MIXED, MOST_GPUS, GpuGroup, Scenario
from warpwatch.sources.sim.workloads import WORKLOADS

DEFAULT = "8xH100"
_GROUP = re.compile(r"(?:(?P<count>[0-9]{1,6})x)?(?P<board>[A-Za-z]\w*)")
_FORMS = "write sim, sim:8xH100, sim:4xA100,4xT4 or sim:path/to/scenario.toml"
_COMPUTE, _MEMORY = 7, 8
"""Slices of a GPU that MIG deals out."""


def parse(text: str) -> Scenario:
    kind, _, rest = text.partition(":")
    if kind != "sim":
        raise InputError(repr(text), "is not a simulator specification", hint=_FORMS)
    wanted = rest.strip() or DEFAULT
    if wanted.endswith(".toml") or "/" in wanted:
        return read(Path(wanted))
    groups = tuple(_group(part.strip(), text) for part in wanted.split(","))
    scenario = Scenario(gpus=groups)
    check(scenario, repr(text))
    return scenario


def read(path: Path) -> Scenario:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), "is not UTF-8 text", hint="save it as UTF-8") from error
    except (OSError, ValueError) as error:
        raise InputError(repr(str(path)), f"cannot be read: {error}", hint=_FORMS) from error
    return loads(text, str(path))


def loads(text: str, origin: str) -> Scenario:
    """A scenario from the text of a file; `origin` is how complaints call the file."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(origin, f"is not TOML: {error}", hint="mend the syntax there") from error
    scenario = decode_scenario(raw, origin)
    check(scenario, origin)
    return scenario


def check(scenario: Scenario, origin: str) -> None:
    """What types cannot say: names that exist, profiles that fit, faults a board can have."""
    if not scenario.gpus:
        raise InputError(place(origin, "gpus"), "is empty", hint="add a [[gpus]] table")
    if not 0.05 <= scenario.tick <= 3600:
        raise InputError(place(origin, "tick"), "is not between 50ms and 1h", hint="try '1s'")
    for number, group in enumerate(scenario.gpus):
        _check_group(group, place(origin, f"gpus[{number}]"))
    total = len(scenario.boards)
    if total > MOST_GPUS:
        raise InputError(
            place(origin, "gpus"),
            f"{total} GPUs are more than the {MOST_GPUS} a node may have",
            hint="use a fleet for more",
        )
    for number, fault in enumerate(scenario.faults):
        check_fault(fault, scenario, origin, f"faults[{number}]")


def check_fault(fault: Fault, scenario: Scenario, origin: str, path: str = "") -> None:
    boards = scenario.boards
    for gpu in fault.span:
        if gpu >= len(boards):
            raise InputError(
                place(origin, f"{path}.gpu" if path else "gpu"),
                f"there is no GPU {gpu}",
                hint=f"GPUs are numbered 0 to {len(boards) - 1}",
            )
        name, group = boards[gpu]
        if fault.whole and group.mig:
            raise InputError(
                place(origin, f"{path}.gpu" if path else "gpu"),
                f"GPU {gpu} is divided, and {fault.name()} is of whole GPUs",
                hint="choose another GPU",
            )
        problem = fault.problem(board(name))
        if problem:
            raise InputError(
                place(origin, path),
                f"GPU {gpu}, a {name}, {problem}",
                hint="choose another GPU or fault",
            )


def workload_names(group: GpuGroup) -> tuple[str, ...]:
    return (group.workload,) if isinstance(group.workload, str) else group.workload


def _group(part: str, text: str) -> GpuGroup:
    found = _GROUP.fullmatch(part)
    if found is None:
        raise InputError(repr(text), f"{part!r} is not a number of boards", hint=_FORMS)
    count = int(found["count"] or 1)
    if not 1 <= count <= MOST_GPUS:
        raise InputError(
            repr(text),
            f"{count} is not between 1 and {MOST_GPUS} GPUs",
            hint="use a fleet for more",
        )
    return GpuGroup(board=found["board"], count=count)


def _check_group(group: GpuGroup, where: str) -> None:
    _check_word(group.board, BOARDS, f"{where}.board", "boards")
    names = workload_names(group)
    if not names:
        raise InputError(
            f"{where}.workload", "is an empty list", hint=f"leave it out for {MIXED!r}"
        )
    for name in names:
        known = (MIXED, *(workload.name for workload in WORKLOADS))
        _check_word(name, known, f"{where}.workload", "workloads")
    if len(names) > group.count and not group.mig:
        raise InputError(
            f"{where}.workload",
            f"{len(names)} workloads for {group.count} GPUs",
            hint="list no more of them than GPUs",
        )
    if group.mig:
        _check_mig(group, board(group.board), f"{where}.mig")


def _check_mig(group: GpuGroup, figures: Board, where: str) -> None:
    if figures.mig is None:
        raise InputError(where, f"{group.board} has no MIG", hint="use A100, H100, H200 or B200")
    profiles = figures.mig.profiles
    for name in group.mig:
        _check_word(name, profiles, where, "profiles")
    compute = sum(profiles[name].compute for name in group.mig)
    memory = sum(profiles[name].memory for name in group.mig)
    if compute > _COMPUTE or memory > _MEMORY:
        raise InputError(
            where,
            f"takes {compute} of {_COMPUTE} compute and {memory} of {_MEMORY} memory slices",
            hint="take a profile away",
        )


def _check_word(word: str, known: Iterable[str], where: str, what: str) -> None:
    words = tuple(known)
    if word not in words:
        raise InputError(
            where, f"{word!r} is not one of the {what}", hint=did_you_mean(word, words, what)
        )
