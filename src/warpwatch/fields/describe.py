"""One field explained, as data that a page, a terminal or a program can show as it likes."""

from collections.abc import Iterable, Mapping

from warpwatch.fields import derived, mig
from warpwatch.fields.catalogue import FAMILIES
from warpwatch.fields.field import Field, Scope
from warpwatch.fields.mistakes import WRONG_BELIEFS, WRONG_NAMES, Mistake

Facts = Mapping[str, str | int | bool | list[str]]

UNFILLED = frozenset(
    {
        derived.EXP_GPU_HEALTH_STATUS.id,
        # Of virtual GPUs, on the hypervisor that hands them out: entities that we do not list.
        mig.VGPU_MEMORY_USAGE.id,
        mig.VGPU_FRAME_RATE_LIMIT.id,
    }
)

_SCOPES: Mapping[Scope, str] = {
    Scope.GPU: "the whole GPU",
    Scope.LINK: "one NVLink",
    Scope.SWITCH: "an NVSwitch",
    Scope.CPU: "a CPU",
    Scope.CORE: "a core of a CPU",
}


def describe(field: Field) -> Facts:
    """What there is to say about the field; what does not apply to it is left out."""
    facts: dict[str, str | int | bool | list[str]] = {
        "name": field.name,
        "id": field.id,
        "meaning": field.help,
        "unit": field.unit,
        "type": field.kind.value,
        "type from 4.8.3": field.corrected.value if field.corrected else "",
        "value of": _value_of(field),
        "family": family(field),
        "on by default": field.default,
        "listed by dcgm-exporter": field.listed,
        "DCGM 4.6 name": field.canonical,
        "1.x name": field.legacy,
        "older names": list(field.aliases),
        "read from": _source(field),
        "traps": list(field.traps),
        "better": field.better,
        "wrong beliefs": _about(field, WRONG_BELIEFS),
        "wrong names": _about(field, WRONG_NAMES.values()),
    }
    return {key: value for key, value in facts.items() if value not in ("", [])}


def _source(field: Field) -> str:
    if field.id in UNFILLED:
        return "nothing yet: this version of warpwatch shows a gap, never a value"
    if not field.asked:
        return "worked out by the exporter from what it reads"
    return field.nvml or "DCGM only: NVML does not give it"


def _about(field: Field, mistakes: Iterable[Mistake]) -> list[str]:
    return [f"{each.wrong}: {each.why}" for each in mistakes if each.field == field.id]


def family(field: Field) -> str:
    return next(title for title, members in FAMILIES.items() if field in members)


def summary(field: Field) -> str:
    """One line for a list of several fields."""
    return f"{field.id:>5}  {field.name:<46}  {field.help}"


def _value_of(field: Field) -> str:
    scope = _SCOPES[field.scope]
    return f"{scope} and each MIG instance" if field.per_instance else scope
