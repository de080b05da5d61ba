"""The constants of one GPU, worked out once so that a board behaves as its readings say."""

from dataclasses import dataclass

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.board import Board
from warpwatch.sources.sim.chance import draw
from warpwatch.sources.sim.physics.power import CLOCK_EXPONENT, demand
from warpwatch.sources.sim.workloads.burn import burn

ROOM = 25.0
"""Air at which the boards' temperatures were read, as far as anybody knows."""
HBM_BY_TRAFFIC = 10.0
"""Degrees that traffic at the peak adds to the memory."""


@dataclass(frozen=True, slots=True)
class Plant:
    idle: float
    """Watts at rest."""
    span: float
    """Watts that a demand of 1 adds at full clocks."""
    cold: float
    """Temperature that the GPU would have without any power."""
    resistance: float
    """Degrees per watt."""
    hbm_cold: float
    hbm_resistance: float
    rise: float
    """Degrees over `cold` under a full load, with all cooling in place."""
    hbm_rise: float
    floor: float
    """The slowest pace."""


def plant(board: Board, ambient: float, seed: int) -> Plant:
    """No two boards are alike: watts and degrees are a little off the figures by the seed."""
    power, thermal, clocks = board.power, board.thermal, board.clocks
    share = clocks.sm_burn / clocks.sm_max
    load = _burn(board)
    span = (power.burn - power.idle) / share**CLOCK_EXPONENT / demand(load)
    spread = 1.0 + 0.03 * (draw(seed, 1) - 0.5)
    slot = 3.0 * (draw(seed, 2) - 0.5)
    heated = power.burn - power.idle
    resistance = (thermal.burn - thermal.idle) / heated
    hbm_idle = thermal.idle if thermal.hbm_idle is None else thermal.hbm_idle
    hbm_burn = thermal.burn if thermal.hbm_burn is None else thermal.hbm_burn
    hbm_resistance = (hbm_burn - load.dram * HBM_BY_TRAFFIC - hbm_idle) / heated
    warmer = ambient - ROOM + slot
    return Plant(
        idle=power.idle * spread,
        span=span * spread,
        cold=thermal.idle - resistance * power.idle + warmer,
        resistance=resistance,
        hbm_cold=hbm_idle - hbm_resistance * power.idle + warmer,
        hbm_resistance=hbm_resistance,
        rise=resistance * power.burn,
        hbm_rise=hbm_resistance * power.burn + load.dram * HBM_BY_TRAFFIC,
        floor=clocks.sm_idle / clocks.sm_max,
    )


def _burn(board: Board) -> Activity:
    activity = Activity(board.identity.sms)
    burn(activity)
    activity.settle()
    return activity
