"""A field that the simulator can give, and the boards that have it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from warpwatch.fields.field import Field
from warpwatch.samples.sample import Value
from warpwatch.sources.sim.board import Board

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Build:
    """A board and how it is set up: what decides which fields there are."""

    board: Board
    mig: bool


def every(_build: Build) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reader(Generic[Subject]):
    field: Field
    get: Callable[[Subject], Value]
    needs: Callable[[Build], bool] = every


def whole(build: Build) -> bool:
    """NVML does not tell utilisation, or remapping, of a GPU that is cut into instances."""
    return not build.mig


def remaps(build: Build) -> bool:
    return build.board.ecc.mechanism == "remap" and not build.mig


def retires(build: Build) -> bool:
    return build.board.ecc.mechanism == "retire"


def ecc(build: Build) -> bool:
    return build.board.ecc.mechanism != "none"


def hbm(build: Build) -> bool:
    return build.board.hbm


def nvlink(build: Build) -> bool:
    return build.board.nvlink is not None


def profiled(build: Build) -> bool:
    return build.board.profiling != "none"


def profiled_nvlink(build: Build) -> bool:
    return profiled(build) and nvlink(build)


def fans(build: Build) -> bool:
    return build.board.fans


def margin(build: Build) -> bool:
    return build.board.thermal.margin


def mig_capable(build: Build) -> bool:
    return build.board.mig is not None


def datacentre(build: Build) -> bool:
    """Workstation boards keep no records for operators."""
    return build.board.identity.brand != "GeForce"
