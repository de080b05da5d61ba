"""The C library, built once, and machines to put it on."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from machine import NAME, Machine, compile_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc to build the stand-in for NVIDIA's library with")
    path = tmp_path_factory.mktemp("nvml") / NAME
    compile_library(path)
    return path


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine without the library; the file says what it will answer."""
    return Machine(tmp_path)


@pytest.fixture
def machine(bare: Machine, library: Path) -> Machine:
    bare.directory.joinpath(NAME).symlink_to(library)
    return bare


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.02)

    return wait
