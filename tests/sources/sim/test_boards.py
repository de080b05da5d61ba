"""Every board behaves as its own figures say, at rest and under a full load."""

from collections.abc import Callable, Mapping
from importlib.resources import files

import msgspec
import pytest

from warpwatch.clock import ManualClock
from warpwatch.fields import clocks, memory, power, temperature, utilisation
from warpwatch.samples.sample import Value
from warpwatch.sources.sim.board import BOARDS, board
from warpwatch.sources.sim.source import SimSource

Lab = Callable[[str], tuple[SimSource, ManualClock]]
Values = Callable[[SimSource, int], Mapping[int, Value]]
SETTLED = 900.0


def test_every_data_file_is_in_the_list() -> None:
    folder = files("warpwatch.sources.sim").joinpath("boards")
    found = {entry.name.removesuffix(".toml") for entry in folder.iterdir()}
    assert found - {"__pycache__"} == set(BOARDS)


@pytest.mark.parametrize("name", BOARDS)
def test_every_group_of_figures_names_its_source(name: str) -> None:
    figures = board(name)
    for group in (getattr(figures, key) for key in figures.__struct_fields__):
        if isinstance(group, msgspec.Struct):
            words = getattr(group, "source", "")
            assert any(word in words for word in ("reading", "datasheet", "estimate")), group


@pytest.mark.parametrize("name", BOARDS)
def test_at_rest_it_draws_and_warms_as_read(name: str, lab: Lab, values: Values) -> None:
    source, clock = lab(f'[[gpus]]\nboard = "{name}"\nworkload = "idle"')
    clock.advance(SETTLED)
    seen, figures = values(source, 0), board(name)
    assert seen[power.POWER_USAGE.id] == pytest.approx(figures.power.idle, rel=0.03)
    assert seen[temperature.GPU_TEMP.id] == pytest.approx(figures.thermal.idle, abs=3)
    assert seen[clocks.SM_CLOCK.id] == figures.clocks.sm_idle
    assert seen[clocks.MEM_CLOCK.id] == figures.clocks.memory_idle
    assert seen[clocks.PSTATE.id] == figures.clocks.pstate_idle
    assert seen[memory.FB_USED.id] == 0
    if figures.thermal.hbm_idle is not None:
        assert seen[temperature.MEMORY_TEMP.id] == pytest.approx(figures.thermal.hbm_idle, abs=3)


@pytest.mark.parametrize("name", BOARDS)
def test_under_a_burn_it_draws_and_warms_as_read(name: str, lab: Lab, values: Values) -> None:
    source, clock = lab(f'[[gpus]]\nboard = "{name}"\nworkload = "burn"')
    clock.advance(SETTLED)
    seen, figures = values(source, 0), board(name)
    assert seen[power.POWER_USAGE.id] == pytest.approx(figures.power.burn, rel=0.03)
    assert float(seen[power.POWER_USAGE.id]) <= figures.power.limit + 1e-6
    assert seen[temperature.GPU_TEMP.id] == pytest.approx(figures.thermal.burn, abs=3)
    assert seen[clocks.SM_CLOCK.id] == pytest.approx(figures.clocks.sm_burn, rel=0.03)
    assert seen[clocks.MEM_CLOCK.id] == figures.clocks.memory_max
    assert seen[utilisation.GPU_UTIL.id] == 100
    if figures.thermal.hbm_burn is not None:
        assert seen[temperature.MEMORY_TEMP.id] == pytest.approx(figures.thermal.hbm_burn, abs=3)


def test_a_burn_keeps_the_memory_controller_of_an_h100_as_quiet_as_read(
    lab: Lab, values: Values
) -> None:
    source, _ = lab('[[gpus]]\nboard = "H100"\nworkload = "burn"')
    assert 7 <= float(values(source, 0)[utilisation.MEM_COPY_UTIL.id]) <= 11


def test_boards_of_one_kind_are_not_quite_alike(lab: Lab, values: Values) -> None:
    source, _ = lab('[[gpus]]\nboard = "H100"\ncount = 8\nworkload = "idle"')
    assert len({values(source, index)[power.POWER_USAGE.id] for index in range(8)}) == 8


def test_warmer_air_is_a_warmer_gpu(lab: Lab, values: Values) -> None:
    text = 'ambient = {}\n[[gpus]]\nboard = "H100"\nworkload = "burn"'
    cool, warm = (lab(text.format(degrees))[0] for degrees in (20, 35))
    field = temperature.GPU_TEMP.id
    assert float(values(warm, 0)[field]) - float(values(cool, 0)[field]) == pytest.approx(15, abs=1)


def test_a_board_nobody_has_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        board("H1000")
