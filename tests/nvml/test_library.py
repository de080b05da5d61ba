"""The source over the real bindings: what they make of each of the library's answers."""

from pathlib import Path

from everything import LINKS, lines

from machine import Machine
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.describe import UNFILLED
from warpwatch.fields.field import Field, Scope
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.door import reason

WHOLE_LIFE = Path(__file__).parent / "whole_life.py"
EVERY_FIELD = Path(__file__).parent / "every_field.py"
EVERY_CODE = Path(__file__).parent / "every_code.py"
FUNCTIONS = [
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetFieldValues",
    "nvmlDeviceGetMemoryInfo_v2",
    "nvmlDeviceGetGridLicensableFeatures_v4",
    "nvmlEventSetWait_v2",
]
GRAVE = {Reason.LOST, Reason.TIMED_OUT, Reason.FAILED}


def test_every_code_on_every_call_is_a_gap_and_harms_no_other_gpu(machine: Machine) -> None:
    machine.gpus(2)
    outcome = machine.play(EVERY_CODE, *FUNCTIONS, "all")
    assert outcome.pop("alive") == 0
    most = max(what["values"] for what in outcome.values())
    assert most > 30
    for key, what in outcome.items():
        function, code = key.split()
        said = reason(int(code))
        assert what["whole"], key
        assert what["other"] >= most, key
        listening_timed_out = function == "nvmlEventSetWait_v2" and said is Reason.TIMED_OUT
        assert said in what["gaps"] or listening_timed_out, key
        if function == "all" and said in GRAVE:
            assert what["values"] == 0, key


def test_every_field_with_a_route_has_its_value_and_none_has_anothers(machine: Machine) -> None:
    machine.gpus(3)
    machine.say(lines())
    told = machine.play(EVERY_FIELD)
    routed = [field for field in FIELDS if field.nvml and field.id not in UNFILLED]
    of_gpu = {field.id for field in routed if field.scope is Scope.GPU}
    of_links = {field.id for field in routed if field.scope is Scope.LINK}
    assert {int(id_) for id_ in told["gpu"]} >= of_gpu
    assert {why for id_, why in told["gaps"].items() if int(id_) in of_gpu | of_links} == set()
    assert [index for index, _ in told["links"]] == list(range(LINKS))
    assert all({int(id_) for id_ in values} == of_links for _, values in told["links"])
    assert told["peers"] == [[1, 0], [2, 3]]
    same: dict[object, set[str]] = {}
    for id_, value in told["gpu"].items():
        if _quantity(BY_ID[int(id_)]):
            same.setdefault(value, set()).add(BY_ID[int(id_)].nvml)
    assert {value: routes for value, routes in same.items() if len(routes) > 1} == {}
    for id_ in of_links - _STILL:
        values = [values[str(id_)] for _, values in told["links"]]
        assert len(set(values)) == LINKS, BY_ID[id_].name


_STILL = {field.id for field in FIELDS if field.nvml.startswith(("field 138", "field 139"))}
"""Rates, of counters that stand still here."""


def _quantity(field: Field) -> bool:
    """Not a rate, not a state of few values, and not what has to happen first."""
    few = "0 or 1" in field.help or field.nvml == "nvmlEventSetWait_v2"
    return field.id not in _STILL and not few


def test_what_was_taken_of_the_drivers_memory_is_given_back(machine: Machine) -> None:
    machine.gpus(2)
    machine.divide(1)
    life = machine.play(WHOLE_LIFE)
    # Of each GPU an event set and two samples, and two samples of each of the two instances.
    assert (life["during"], life["after"]) == (10, 0)
    whole, divided, larger, smaller = life["said"]
    active = "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
    assert [part[active] for part in (whole, divided, larger, smaller)] == [
        0.985,
        0.985,
        0.5,
        0.125,
    ]
    assert (divided["DCGM_FI_DEV_MIG_MODE"], whole["DCGM_FI_DEV_MIG_MODE"]) == (1, 0)
    assert whole["DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL"] == 0
