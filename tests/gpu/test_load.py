"""Under a load that is known: what the counters say of it, what a read costs then, and a recording.

A program of its own multiplies matrices; the libraries to do that with may be missing.
"""

import importlib.util
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from process import environment, program
from warpwatch.expo.parse import parse
from warpwatch.fields import memory, profiling, utilisation
from warpwatch.fields.catalogue import DEFAULT, FIELDS
from warpwatch.fields.processes import COMPUTE_PIDS, GRAPHICS_PIDS
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading
from warpwatch.sources.nvml.source import NvmlSource

ALL = frozenset(field.id for field in FIELDS)
RECORDINGS = "WARPWATCH_RECORDINGS"
"""Names the folder that recordings go to; without it they are made and thrown away."""
NOBODY = 65534

MULTIPLY = {
    "torch": (
        "import torch; a = torch.randn(8192, 8192, device='cuda', dtype=torch.bfloat16)\n"
        "print('ready', flush=True)\n"
        "while True: b = a @ a; torch.cuda.synchronize()"
    ),
    "cupy": (
        "import cupy; a = cupy.random.rand(8192, 8192).astype(cupy.float16)\n"
        "print('ready', flush=True)\n"
        "while True: b = a @ a; cupy.cuda.Device().synchronize()"
    ),
}


@pytest.fixture
def load(gpu: Gpu) -> Iterator[int]:
    """The number of a process that keeps the GPU busy."""
    found = [name for name in MULTIPLY if importlib.util.find_spec(name)]
    if not found:
        pytest.skip("neither torch nor cupy is there to make a load with")
    process = subprocess.Popen(
        [sys.executable, "-c", MULTIPLY[found[0]]],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": gpu.uuid},
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            pytest.skip(f"{found[0]} cannot use this GPU")
        time.sleep(3)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def read_twice(source: NvmlSource, gpu: Gpu) -> Reading:
    source.read(gpu, ALL)
    time.sleep(2)
    return source.read(gpu, ALL).readings[0]


def test_products_of_matrices_keep_the_tensor_pipes_busy(
    load: int, source: NvmlSource, gpu: Gpu
) -> None:
    reading = read_twice(source, gpu)
    assert reading.values[utilisation.GPU_UTIL.id] in range(90, 101)
    used = reading.values[memory.FB_USED.id]
    assert isinstance(used, int)
    assert used > 2 * 8192 * 8192 * 2 / 2**20
    if profiling.PROF_GR_ENGINE_ACTIVE.id in reading.gaps:
        pytest.skip("this board gives no profiling figures through NVML")
    shares = {
        field: reading.values[field.id]
        for field in (
            profiling.PROF_GR_ENGINE_ACTIVE,
            profiling.PROF_SM_ACTIVE,
            profiling.PROF_SM_OCCUPANCY,
            profiling.PROF_PIPE_TENSOR_ACTIVE,
            profiling.PROF_PIPE_FP64_ACTIVE,
        )
    }
    engine, sm, occupancy, tensor, double = map(float, shares.values())
    assert engine > 0.9
    assert sm > 0.8
    assert tensor > 0.3
    assert double < 0.05
    assert occupancy <= sm <= engine + 0.05
    assert load


def test_the_load_is_among_the_processes(load: int, source: NvmlSource, gpu: Gpu) -> None:
    reading = read_twice(source, gpu)
    if COMPUTE_PIDS.id in reading.gaps:
        pytest.skip(f"processes are not told here: {reading.gaps[COMPUTE_PIDS.id]}")
    told = {process.pid: process for process in reading.processes}
    if load not in told:
        pytest.skip("the driver tells of no process of this PID namespace")
    assert (told[load].memory or 0) > 2 * 8192 * 8192 * 2
    assert told[load].kind == "compute"
    assert reading.values[COMPUTE_PIDS.id] == len(reading.processes) - int(
        reading.values.get(GRAPHICS_PIDS.id, 0)
    )


def record(folder: Path, name: str) -> Path:
    file = folder / f"{name}.wwrec.gz"
    command = [sys.executable, "-m", "warpwatch", "record", "--source", "nvml", "--fields", "all"]
    words = [*command, "--for", "10s", "--interval", "1s", "--force", "-o", str(file)]
    subprocess.run(words, check=True, env=environment({}), timeout=60)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    named = os.environ.get(RECORDINGS)
    if not named:
        return tmp_path
    Path(named).mkdir(parents=True, exist_ok=True)
    return Path(named)


def board_of(gpu: Gpu) -> str:
    return gpu.model.removeprefix("NVIDIA ").replace(" ", "-")


def replayed(file: Path) -> set[str]:
    with program("exporter", "-a", "127.0.0.1:0", "--source", f"replay:{file}") as it:
        it.wait_for("serving")
        time.sleep(2)
        page = parse(it.get("/metrics").text)
        return {sample.name for sample in page.samples}


def test_an_idle_board_is_recorded_and_can_be_replayed(gpu: Gpu, folder: Path) -> None:
    assert "DCGM_FI_DEV_GPU_TEMP" in replayed(record(folder, f"{board_of(gpu)}-idle"))


def test_a_busy_board_is_recorded_and_can_be_replayed(load: int, gpu: Gpu, folder: Path) -> None:
    assert load
    assert "DCGM_FI_DEV_GPU_TEMP" in replayed(record(folder, f"{board_of(gpu)}-loaded"))


def test_a_cycle_costs_little(source: NvmlSource, gpu: Gpu) -> None:
    """Printed, for docs/boards.md; no time is asserted but that it is no runaway."""
    fields = frozenset(field.id for field in DEFAULT)
    source.read(gpu, fields)
    walls, before = [], resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(10):
        time.sleep(0.2)
        began = time.perf_counter()
        source.read(gpu, fields)
        walls.append(time.perf_counter() - began)
    after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\n{gpu.model}: {min(walls) * 1e3:.1f} to {max(walls) * 1e3:.1f} ms a read, ", end="")  # noqa: T201
    print(f"{spent / 10 * 1e3:.1f} ms of CPU")  # noqa: T201
    assert max(walls) < 2.0


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_whoever_asks_the_page_is_served(gpu: Gpu, user: str) -> None:
    """With fewer rights some fields are gaps; the temperature and the page are there."""
    me = os.geteuid()
    if user == "root" and me:
        pytest.skip("not root")
    other = NOBODY if user == "nobody" and not me else None
    script = (
        "import sys, time, pynvml\n"
        "from warpwatch.clock import SystemClock\n"
        "from warpwatch.fields.catalogue import BY_ID, FIELDS\n"
        "from warpwatch.sources.nvml.door import Door\n"
        "from warpwatch.sources.nvml.source import NvmlSource\n"
        "source = NvmlSource(Door(pynvml), SystemClock())\n"
        "device = source.inventory().devices[0]\n"
        "said = source.read(device, frozenset(f.id for f in FIELDS)).readings[0]\n"
        "print(150 in said.values)\n"
        "print(sorted(BY_ID[i].name for i, why in said.gaps.items() if why == 'no_permission'))\n"
        "sys.stdout.flush()\n"
        "import os; os._exit(0)\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            user=other,
            group=other,
        )
    except PermissionError:
        pytest.skip("that user may not run this Python")
    if "ModuleNotFoundError" in done.stderr:
        pytest.skip("that user may not read this tree")
    read, denied = done.stdout.splitlines()
    print(f"\n{gpu.model} as {user}: denied {denied}")  # noqa: T201
    assert read == "True"
    if user == "root":
        assert denied == "[]"
