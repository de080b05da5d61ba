"""A figure is a series that the rules record, under a key of its own."""

import pytest

from warpwatch.rules.render import Options, recorded
from warpwatch.terminal import figures

RECORDED = {rule.name for group in recorded(Options()) for rule in group.rules}
FIGURES = (
    *figures.GPU,
    *figures.INSTANCE,
    *(each.figure for each in (*figures.NODE, *figures.WORK)),
)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.series)
def test_a_figure_is_recorded(figure: figures.Figure) -> None:
    assert figure.series in RECORDED


def test_what_is_added_up_is_a_figure_of_gpus() -> None:
    keys = {figure.key for figure in figures.GPU}
    assert {each.of for each in (*figures.NODE, *figures.WORK) if each.of} <= keys


@pytest.mark.parametrize("figures_", [figures.GPU, figures.INSTANCE])
def test_no_two_have_one_key_or_one_head(figures_: tuple[figures.Figure, ...]) -> None:
    assert len({figure.key for figure in figures_}) == len(figures_)
    assert len({figure.head for figure in figures_}) == len(figures_)


@pytest.mark.parametrize(
    ("show", "value", "text"),
    [
        (figures.percent, 0.0, "0%"),
        (figures.percent, 0.996, "100%"),
        (figures.size, 0.0, "0B"),
        (figures.size, 999.0, "999B"),
        (figures.size, 1000.0, "1.0K"),
        (figures.size, 80.0 * 2**30, "80.0G"),
        (figures.size, 633.0 * 2**30, "633G"),
        (figures.size, 2.0 * 2**50, "2048.0T"),
        (figures.rate, 2048.0, "2.0K/s"),
        (figures.watts, 300.4, "300W"),
        (figures.watts, 45_678.0, "45.7kW"),
        (figures.megahertz, 1.98e9, "1980MHz"),
        (figures.degrees, 59.6, "60C"),
        (figures.number, 8.0, "8"),
        (figures.number, 2.5, "2.5"),
        (figures.number, 3 / 7, "0.43"),
    ],
)
def test_how_they_are_written(show: figures.Show, value: float, text: str) -> None:
    assert show(value) == text


def test_a_source_is_asked_for_what_the_figures_take() -> None:
    from warpwatch.fields import memory, power, profiling

    wanted = {memory.FB_USED.id, memory.FB_FREE.id, power.POWER_USAGE.id}
    assert wanted | {profiling.PROF_SM_ACTIVE.id} <= set(figures.fields())
