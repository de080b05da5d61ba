"""The first screen: is anything wrong, where, and what is to be done."""

import re
from collections import Counter

from playwright.sync_api import expect

from backends import Fleet
from chrome import Sight
from rig import wait_until


def test_it_says_what_is_wrong_where_and_what(sight: Sight) -> None:
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 48 GPUs needs action")
    expect(page.get_by_test_id("verdict")).to_contain_text("GPU 3 of n001")
    expect(page.get_by_test_id("verdict")).to_contain_text("1 GPU with a warning")
    expect(page).to_have_title(re.compile("1 of 48 GPUs needs action"))
    expect(page.get_by_text("Simulated data")).to_be_visible()
    alerts = page.get_by_role("region", name="Firing alerts")
    expect(alerts.get_by_role("heading", level=3)).to_have_count(2)
    expect(alerts).to_contain_text("GPU 3 of n001")


def test_sums_are_there_with_what_they_were_asked_by(sight: Sight) -> None:
    page = sight.go()
    power = page.get_by_role("group", name="Power", exact=True)
    expect(power).to_contain_text("kW")
    power.get_by_label("PromQL of Power", exact=True).click()
    expect(power.get_by_text("sum(gpu:power:watts)")).to_be_visible()
    power.get_by_role("link", name="Open").click()
    expect(page.get_by_label("PromQL expression")).to_have_value("sum(gpu:power:watts)")


def test_the_map_shows_every_measure_and_each_is_an_address(sight: Sight) -> None:
    page = sight.go()
    for title in ("Activity", "Utilisation", "Memory", "Temperature", "Power", "Waste"):
        page.get_by_role("radio", name=title).click()
        expect(page.get_by_role("radio", name=title)).to_be_checked()
        assert f"metric={title.lower()}" in page.url
        expect(page.get_by_label(re.compile(f"48 GPUs by {title.lower()}"))).to_be_visible()
    sight.go("?metric=temperature")
    expect(page.get_by_role("radio", name="Temperature")).to_be_checked()
    expect(page.get_by_text("20\u202f°C")).to_be_visible()


FILLED = """() => {
  const canvas = document.querySelector("canvas.cells");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const seen = [];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]) seen.push([...data.slice(at, at + 3)]);
  }
  return seen;
}"""
"""Of each cell that has a colour, that."""


def filled(sight: Sight, many: int) -> list[tuple[int, ...]]:
    sight.allowed = "willReadFrequently"
    expect(sight.page.locator("canvas.cells")).to_be_visible()
    found: list[tuple[int, ...]] = []

    def drawn() -> bool:
        found[:] = [tuple(pixel) for pixel in sight.page.evaluate(FILLED)]
        return len(found) == many

    wait_until(drawn, f"{many} cells have a colour")
    return found


def test_cells_have_the_colours_of_their_state(sight: Sight) -> None:
    sight.go()
    well, warning, critical = (0xB9, 0xD3, 0xCB), (0xE0, 0xA1, 0x00), (0xC8, 0x32, 0x1E)
    assert Counter(filled(sight, 48)) == {well: 46, warning: 1, critical: 1}


def test_what_is_missing_has_no_colour(sight: Sight, known: Fleet) -> None:
    known.series["gpu:temperature:celsius"] = [
        row for row in known.series["gpu:temperature:celsius"] if row[0]["node"] == "n000"
    ]
    page = sight.go("?metric=temperature")
    expect(page.get_by_text("no value")).to_be_visible()
    assert len(filled(sight, 8)) == 8


def test_the_pointer_is_told_what_a_cell_is_and_opens_it(sight: Sight) -> None:
    page = sight.go()
    cells = page.get_by_label(re.compile("48 GPUs by health"))
    expect(cells).to_be_visible()
    cells.focus()
    page.keyboard.press("n")
    expect(page.locator(".tip")).to_contain_text("n001 · GPU 3")
    expect(page.locator(".tip")).to_contain_text("Critical")
    spot = page.locator(".at").bounding_box()
    assert spot is not None
    page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    expect(page.get_by_role("heading", level=1)).to_have_text("GPU 3 of n001")


def test_behind_the_map_there_is_a_table(sight: Sight) -> None:
    page = sight.go()
    page.get_by_role("button", name="Table").click()
    table = page.get_by_role("table", name="GPUs")
    expect(table.get_by_role("row")).to_have_count(49)
    # The gravest first.
    expect(table.get_by_role("row").nth(1)).to_contain_text("n001 · GPU 3")
    page.get_by_role("button", name="Temperature").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text("75\u202f°C")
    page.get_by_label("Filter GPUs").fill("n005")
    expect(table.get_by_role("row")).to_have_count(9)
    page.locator(".filters select").select_option("critical")
    expect(page.get_by_text("No GPU fits")).to_be_visible()


def test_what_happened_stands_on_the_axis_of_the_chart_above(sight: Sight) -> None:
    page = sight.go()
    lanes = page.locator(".lanes")
    expect(lanes.get_by_label(re.compile("GPUFallenOffBus.*n001 · GPU 3.*now"))).to_be_visible()
    track = lanes.locator(".track").first.bounding_box()
    plot = page.locator(".panel", has=lanes).locator(".u-over").bounding_box()
    assert track is not None
    assert plot is not None
    assert abs(track["x"] - plot["x"]) < 1.5
    assert abs(track["width"] - plot["width"]) < 1.5


def test_a_fleet_that_is_well_is_said_to_be(sight: Sight, known: Fleet) -> None:
    known.calm()
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 48 GPUs are well")
    expect(page.get_by_text("No alert fires")).to_be_visible()


def test_without_rules_nothing_is_said_to_be_well(sight: Sight, known: Fleet) -> None:
    known.series.pop("ALERTS")
    known.series.pop("ALERTS_FOR_STATE")
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "48 GPUs seen, and nothing judges them"
    )
    expect(page.get_by_text("nothing would fire").first).to_be_visible()
    page = sight.go("alerts")
    expect(page.get_by_text("nothing would fire")).to_be_visible()


def test_a_warning_of_no_gpu_and_a_fault_that_is_silenced_are_told(
    sight: Sight, known: Fleet
) -> None:
    known.calm()
    known.fire("PrometheusRuleFailing", "warning", rule_group="x")
    page = sight.go()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("1 warning; no GPU is at fault")
    known.calm()
    known.fire("GPUHot", "warning", node="n002", gpu="5", uuid="GPU-n002-5")
    known.alerts[-1]["status"]["silencedBy"] = ["s1"]
    expect(heading).to_have_text("1 of 48 GPUs has a silenced fault")


def test_what_wakes_somebody_is_on_the_first_screen(sight: Sight, known: Fleet) -> None:
    names = ("GPURowRemapFailed", "GPUNotReadable", "GPUEccUncorrected", "GPUInforomCorrupt")
    for number, name in enumerate((*names, "GPUExporterDown", "GPUCountBelowExpected")):
        known.fire(name, "critical", node=f"n00{number % 3}")
    page = sight.go()
    alerts = page.get_by_role("region", name="Firing alerts")
    expect(alerts.get_by_role("heading", level=3)).to_have_count(7)
    expect(alerts).to_contain_text("all 8 kinds")


def test_a_fleet_that_is_not_there_says_what_to_look_at(sight: Sight, known: Fleet) -> None:
    known.series.clear()
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_have_text("No GPU is seen")
    expect(page.get_by_text("warpwatch rules render").first).to_be_visible()
