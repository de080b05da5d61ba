"""The source over the real bindings: what they make of each of the library's answers."""

from pathlib import Path

from machine import Machine
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.door import reason

WHOLE_LIFE = Path(__file__).parent / "whole_life.py"
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


def test_what_was_taken_of_the_drivers_memory_is_given_back(machine: Machine) -> None:
    machine.gpus(2)
    machine.divide(1)
    life = machine.play(WHOLE_LIFE)
    # Of each GPU an event set and a sample, and a sample of each of the two instances.
    assert (life["during"], life["after"]) == (6, 0)
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
