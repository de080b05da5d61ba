"""Nothing is asked of the bindings that NVIDIA's own module does not have."""

import ast
import inspect
from pathlib import Path

import pynvml
import pytest

from bindings import ALL, NOW, Bindings, divide, process
from warpwatch.clock import ManualClock
from warpwatch.fields.processes import COMPUTE_PIDS
from warpwatch.sources import nvml
from warpwatch.sources.nvml import tenants
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.sources.nvml.source import NvmlSource

ROOM = Path(inspect.getfile(nvml)).parent


@pytest.fixture
def used() -> Bindings:
    """Bindings that have seen a whole life of the source."""
    bindings = Bindings(boards=2)
    bindings.boards[0].codes[pynvml.NVML_FI_DEV_NVLINK_LINK_COUNT] = pynvml.NVML_ERROR_NOT_SUPPORTED
    bindings.boards[1].codes["nvmlDeviceValidateInforom"] = pynvml.NVML_ERROR_CORRUPTED_INFOROM
    clock = ManualClock(NOW)
    source = NvmlSource(Door(bindings), clock)
    divide(bindings.boards[1])
    bindings.boards[0].answers[tenants.KINDS[COMPUTE_PIDS.id][1],] = [process(7)]
    for _ in range(2):
        clock.advance(1)
        for device in source.inventory().devices:
            source.read(device, ALL | METRICS.keys() | tenants.KINDS.keys())
    source.close()
    return bindings


def test_the_real_module_has_every_function_and_takes_the_arguments(used: Bindings) -> None:
    assert used.calls
    for name, arguments in used.calls:
        inspect.signature(getattr(pynvml, name)).bind(*arguments)


def test_constants_are_numbers_of_the_real_module(used: Bindings) -> None:
    functions = {name for name, _ in used.calls}
    others = used.asked - functions - {"NVMLError", "NVMLLibraryMismatchError"}
    constants = {name for name in others if not name.startswith("c_")}
    assert "nvmlMemory_v2" in constants
    assert all(isinstance(getattr(pynvml, name), int) for name in constants)


def named_in(path: Path) -> set[str]:
    """Names of the bindings that stand whole in a file's code."""
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.isidentifier()
        and node.value.startswith(("nvml", "NVML_"))
    }


def test_a_whole_life_asks_for_every_name_in_the_source(used: Bindings) -> None:
    # What is prepared goes past the bindings, and is held to what they do in tests/nvml.
    files = set(ROOM.rglob("*.py")) - {ROOM / "prepared.py"}
    named = set().union(*map(named_in, files))
    # A prefix, such as NVML_CLOCK_, stands for the names made from it; "nvml" for the source.
    unseen = {name for name in named - used.asked if not name.endswith("_")} - {"nvml"}
    assert unseen == set()
    assert len(named & used.asked) > 30


def test_the_stand_in_refuses_what_the_real_module_lacks_or_does_not_take() -> None:
    bindings = Bindings()
    with pytest.raises(AttributeError, match="nvmlDeviceGetNoSuchThing"):
        _ = bindings.nvmlDeviceGetNoSuchThing
    with pytest.raises(TypeError, match="too many positional arguments"):
        bindings.nvmlDeviceGetName(bindings.boards[0], 1)
    with pytest.raises(pynvml.NVMLError_Uninitialized):
        bindings.nvmlDeviceGetCount()


def test_the_real_module_refuses_with_codes_that_it_can_name() -> None:
    assert issubclass(pynvml.NVMLError, Exception)
    assert pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST).value == 15
    assert str(pynvml.NVMLError(15)) == "GPU is lost"
