"""Each of the driver's error codes becomes one reason, at one place."""

import pynvml
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings import Bindings
from warpwatch.samples.sample import Reason
from warpwatch.sources.nvml.door import Door, Refused, reason

CODES = st.sampled_from([*range(1, 31), pynvml.NVML_ERROR_UNKNOWN])
MEANINGS = {
    "INVALID_ARGUMENT": Reason.UNSUPPORTED,
    "NOT_SUPPORTED": Reason.UNSUPPORTED,
    "NOT_FOUND": Reason.UNSUPPORTED,
    "FUNCTION_NOT_FOUND": Reason.UNSUPPORTED,
    "ARGUMENT_VERSION_MISMATCH": Reason.UNSUPPORTED,
    "DEPRECATED": Reason.UNSUPPORTED,
    "NO_PERMISSION": Reason.NO_PERMISSION,
    "TIMEOUT": Reason.TIMED_OUT,
    "GPU_IS_LOST": Reason.LOST,
    "RESET_REQUIRED": Reason.LOST,
    "NO_DATA": Reason.NOT_YET_SAMPLED,
    "NOT_READY": Reason.NOT_YET_SAMPLED,
}
MEANT = {getattr(pynvml, f"NVML_ERROR_{name}"): meaning for name, meaning in MEANINGS.items()}


@given(code=CODES)
def test_a_refused_call_says_what_was_called_and_why_it_failed(code: int) -> None:
    bindings = Bindings()
    bindings.codes["nvmlInit"] = code
    with pytest.raises(Refused) as caught:
        Door(bindings).call("nvmlInit")
    assert caught.value.reason is MEANT.get(code, Reason.FAILED)
    assert caught.value.message == f"nvmlInit: {pynvml.NVMLError(code)}"
    assert caught.value.__cause__ == pynvml.NVMLError(code)


@given(code=st.integers(min_value=1))
def test_codes_of_drivers_to_come_are_failures(code: int) -> None:
    assert reason(code) is MEANT.get(code, Reason.FAILED)


def test_arguments_go_in_and_the_answer_comes_out() -> None:
    bindings = Bindings(boards=3)
    door = Door(bindings)
    door.call("nvmlInit")
    assert door.call("nvmlDeviceGetHandleByIndex", 2) is bindings.boards[2]


def test_a_text_that_is_not_utf_8_is_a_refusal() -> None:
    class Damaged(Bindings):
        @staticmethod
        def nvmlSystemGetDriverVersion() -> str:  # noqa: N802  the real name
            return b"\xff\xfe".decode()

    with pytest.raises(Refused, match="nvmlSystemGetDriverVersion: 'utf-8'") as caught:
        Door(Damaged()).call("nvmlSystemGetDriverVersion")
    assert caught.value.reason is Reason.FAILED


def test_a_defect_of_ours_is_not_taken_for_a_refusal() -> None:
    with pytest.raises(AttributeError):
        Door(Bindings()).constant("NVML_NO_SUCH_THING")
    with pytest.raises(TypeError):
        Door(Bindings()).call("nvmlInit", "an argument it does not take")


@pytest.mark.parametrize("name", ["call", "structure"])
def test_what_older_bindings_lack_is_a_refusal(name: str) -> None:
    with pytest.raises(Refused, match="the bindings are too old for nvmlNoSuchThing") as caught:
        getattr(Door(Bindings()), name)("nvmlNoSuchThing")
    assert caught.value.reason is Reason.UNSUPPORTED


def test_a_function_that_an_older_library_lacks_is_a_refusal() -> None:
    class Newer(Bindings):
        @staticmethod
        def nvmlDeviceGetComputeRunningProcesses() -> None:  # noqa: N802  the real name
            raise pynvml.NVMLLibraryMismatchError

    with pytest.raises(Refused, match="the library is too old") as caught:
        Door(Newer()).call("nvmlDeviceGetComputeRunningProcesses")
    assert caught.value.reason is Reason.UNSUPPORTED


def test_constants_are_those_of_the_bindings() -> None:
    assert Door(Bindings()).constant("NVML_CLOCK_MEM") == pynvml.NVML_CLOCK_MEM == 2
