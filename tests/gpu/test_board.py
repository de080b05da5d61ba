"""On a real board: what NVML says to us against what NVIDIA's own tool prints.

README.md beside this file tells how to run it; without a GPU it is skipped, with the reason.
"""

from xml.etree import ElementTree as ET

import pytest

from smi import NUMBERS, TEXTS, Tool, number
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.fields.field import Field
from warpwatch.samples.entity import Gpu
from warpwatch.samples.sample import Reading, Reason, Value
from warpwatch.sources.nvml.gpm import METRICS

ALL = frozenset(field.id for field in FIELDS)


def each(table: object) -> list[object]:
    assert isinstance(table, dict)
    return [pytest.param(field, id=field.name) for field in table]


@pytest.fixture(scope="session")
def tool(gpu: Gpu) -> Tool:
    found = Tool.found(gpu.uuid)
    if found is None:
        pytest.skip("nvidia-smi is not there to compare with")
    return found


@pytest.fixture(scope="session")
def page(tool: Tool) -> ET.Element:
    return tool.page()


def compare(field: Field, reading: Reading, said: str) -> None:
    """A text where the tool has nothing must be a gap of ours."""
    wanted = number(said)
    if wanted is None:
        assert field.id in reading.gaps, said
        return
    value = reading.values.get(field.id)
    assert isinstance(value, int | float), (said, reading.gaps.get(field.id))
    printed = NUMBERS[field]
    assert abs(value - wanted * printed.times) <= printed.within, said


@pytest.mark.parametrize("field", each({f: p for f, p in NUMBERS.items() if p.query}))
def test_a_figure_is_the_one_that_the_tool_prints(
    field: Field, reading: Reading, tool: Tool
) -> None:
    said = tool.query(NUMBERS[field].query)
    if said is None:
        pytest.skip(f"this nvidia-smi has no {NUMBERS[field].query}")
    compare(field, reading, said)


@pytest.mark.parametrize("field", each({f: p for f, p in NUMBERS.items() if p.path}))
def test_a_figure_is_the_one_on_the_tools_page(
    field: Field, reading: Reading, page: ET.Element
) -> None:
    said = page.findtext(NUMBERS[field].path)
    if said is None:
        pytest.skip(f"this nvidia-smi has no {NUMBERS[field].path}")
    compare(field, reading, said)


@pytest.mark.parametrize("field", each(TEXTS))
def test_a_text_is_the_one_that_the_tool_prints(field: Field, reading: Reading, tool: Tool) -> None:
    said = tool.query(TEXTS[field].query)
    if said is None or said in {"N/A", "[N/A]"}:
        assert field.id in reading.gaps
    else:
        assert reading.values[field.id] == said


def test_every_field_has_a_value_or_a_truthful_reason(reading: Reading) -> None:
    of_links = {field.id for field in FIELDS if field.scope == "link"}
    assert reading.values.keys() | reading.gaps.keys() >= ALL - of_links
    untrue = {Reason.LOST, Reason.TIMED_OUT, Reason.FAILED}
    wrong = {BY_ID[id_].name: why for id_, why in reading.gaps.items() if why in untrue}
    assert wrong == {}


def test_a_board_that_profiles_gives_shares_between_nothing_and_all(reading: Reading) -> None:
    shares: dict[str, Value] = {
        BY_ID[id_].name: reading.values[id_]
        for id_ in METRICS.keys() & reading.values.keys()
        if BY_ID[id_].unit == "ratio"
    }
    assert all(isinstance(share, float) and 0 <= share <= 1 for share in shares.values()), shares
