"""Each drill-down, reached by a link and by its address."""

import re

import pytest
from playwright.sync_api import expect

from backends import Fleet
from chrome import Sight


def test_a_node_has_its_gpus_side_by_side(sight: Sight) -> None:
    page = sight.go("nodes")
    expect(page.get_by_role("table", name="Nodes").get_by_role("row")).to_have_count(7)
    page.get_by_role("link", name="n001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("n001")
    expect(page.get_by_role("table", name="GPUs").get_by_role("row")).to_have_count(9)
    expect(page.get_by_role("region", name="Alerts of this node")).to_contain_text(
        "GPUFallenOffBus"
    )
    for title in ("Activity and what happened", "Memory", "Temperature", "Power"):
        chart = page.get_by_role("region", name=title, exact=True)
        expect(chart.locator("canvas")).to_be_visible()
        expect(chart.locator(".entry")).to_have_count(8)


def test_a_gpu_tells_all_that_is_known_of_it(sight: Sight, known: Fleet) -> None:
    uuid = "GPU-n001-3"
    known.add(
        "warpwatch_gpu_gap", 1, UUID=uuid, field="DCGM_FI_DEV_FAN_SPEED", reason="unsupported"
    )
    known.add("gpu:xid_errors:total", 2, uuid=uuid, xid="79")
    known.add("gpu_instance:activity:ratio", 0.4, uuid=uuid, mig_id="3", mig_profile="1g.10gb")
    known.add("warpwatch_process_gpu_memory_bytes", 5e9, UUID=uuid, pid="4711", command="train.py")
    page = sight.go(f"gpu/{uuid}")
    expect(page.get_by_role("heading", level=1)).to_have_text("GPU 3 of n001")
    expect(page.get_by_role("region", name="Whose it is")).to_contain_text("research/train-n001")
    expect(page.get_by_role("region", name="Alerts of this GPU")).to_contain_text("is described")
    gaps = page.get_by_role("region", name="What it does not tell")
    expect(gaps).to_contain_text("this board or driver does not have it")
    expect(page.get_by_role("table", name="XID errors")).to_contain_text("XID 79")
    expect(page.get_by_role("table", name="MIG instances")).to_contain_text("1g.10gb")
    expect(page.get_by_role("table", name="Processes")).to_contain_text("train.py")
    expect(page.get_by_role("table", name="Processes")).to_contain_text("4.66\u202fGiB")
    expect(page.get_by_role("region", name="Clocks")).to_contain_text("No data in this range")
    gaps.get_by_role("link", name="DCGM_FI_DEV_FAN_SPEED").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("DCGM_FI_DEV_FAN_SPEED")


def test_a_workload_has_its_gpus_and_how_they_pull_together(sight: Sight) -> None:
    page = sight.go("workloads")
    expect(page.get_by_text("6 workloads on 48 GPUs")).to_be_visible()
    page.get_by_role("link", name="research/train-n003").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("research/train-n003")
    expect(page.get_by_text("team vision")).to_be_visible()
    expect(page.get_by_role("group", name="Spread")).to_contain_text("%")
    expect(page.get_by_role("table", name="GPUs of the workload").get_by_role("row")).to_have_count(
        9
    )
    expect(page.get_by_role("region", name="Activity of each GPU").locator(".entry")).to_have_count(
        8
    )


def test_alerts_are_explained(sight: Sight) -> None:
    page = sight.go("alerts")
    firing = page.get_by_role("region", name="Firing now")
    expect(firing.locator("article")).to_have_count(2)
    firing.get_by_role("link", name="Why").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("GPUFallenOffBus")
    expect(page.get_by_text("who acts")).to_be_visible()
    expect(page.locator("ol li").first).to_be_visible()


def test_the_monitoring_says_what_is_broken(sight: Sight) -> None:
    page = sight.go("monitoring")
    expect(page.get_by_role("table", name="Targets").get_by_role("row").nth(1)).to_contain_text(
        "connection refused"
    )
    expect(page.get_by_role("group", name="Prometheus")).to_contain_text("3.5.0")
    page.get_by_role("tab", name="Rules").click()
    expect(page.get_by_role("alert")).to_contain_text("many-to-many matching")


def test_an_expression_is_completed_drawn_listed_and_explained(sight: Sight) -> None:
    page = sight.go("explore")
    box = page.get_by_label("PromQL expression")
    box.press_sequentially("gpu:temp")
    choice = page.get_by_role("option", name=re.compile("gpu:temperature:celsius"))
    expect(choice).to_contain_text("Temperature of the GPU")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("gpu:temperature:celsius")
    box.press("Enter")
    expect(page.get_by_role("table", name="Samples").get_by_role("row")).to_have_count(49)
    expect(page.get_by_role("region", name="Chart").locator("canvas")).to_be_visible()
    expect(page.get_by_role("region", name="What the series mean")).to_contain_text(
        "Temperature of the GPU"
    )
    box.fill("sum by (")
    box.press_sequentially("no")
    expect(page.get_by_role("option", name=re.compile("node"))).to_be_visible()


def test_an_expression_that_is_wrong_says_so_once(sight: Sight) -> None:
    sight.allowed = "400"
    page = sight.go("explore?q=sum(up")
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.get_by_role("alert")).to_contain_text("unclosed parenthesis")


@pytest.mark.parametrize(
    ("path", "heading", "text"),
    [
        ("why/xid/79", "XID 79: GPU has fallen off the bus", "Drain the node"),
        ("why/alert/GPUHot", "GPUHot", "who acts"),
        ("why/series/gpu:power:watts", "gpu:power:watts", "worked out by"),
        ("why", "Why", "error codes"),
        ("nowhere", None, "There is no such page"),
        ("gpu/none", None, "No such GPU"),
        ("node/none", None, "No such node"),
    ],
)
def test_each_view_is_an_address(sight: Sight, path: str, heading: str | None, text: str) -> None:
    page = sight.go(path)
    if heading:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator("main")).to_contain_text(text)


def test_a_range_goes_along_and_back_is_back(sight: Sight) -> None:
    page = sight.go()
    page.get_by_label("Time range").select_option("6h")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Nodes").click()
    assert "range=6h" in page.url
    page.get_by_role("link", name="n002").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("n002")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nodes")
    page.reload()
    expect(page.get_by_label("Time range")).to_have_value("6h")


def test_a_piece_of_a_chart_can_be_looked_at(sight: Sight) -> None:
    page = sight.go("node/n001")
    plot = page.get_by_role("region", name="Power", exact=True).locator(".u-over")
    expect(plot).to_be_visible()
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 40, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile(r"from=\d+&to=\d+"))
    expect(page.get_by_label("Time range")).to_have_value("fixed")


def test_a_storm_of_alerts_is_told_by_kind(sight: Sight, known: Fleet) -> None:
    for gpu in range(8):
        known.fire("GPUMemoryHot", "warning", node="n004", gpu=str(gpu), uuid=f"GPU-n004-{gpu}")
    page = sight.go("alerts")
    rows = page.locator("article.cause")
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("GPUFallenOffBus")
    page.get_by_role("link", name="5 more GPUMemoryHot").click()
    expect(rows).to_have_count(8)
    page = sight.go("alerts")
    page.get_by_role("link", name=re.compile("1.*critical")).click()
    expect(rows).to_have_count(1)
    assert "severity=critical" in page.url


def test_what_is_told_of_a_node_is_told_of_its_gpus(sight: Sight, known: Fleet) -> None:
    known.fire("GPUExporterDown", "critical", node="n005", instance="n005:9400")
    page = sight.go("gpu/GPU-n005-2")
    alerts = page.get_by_role("region", name="Alerts of this GPU and its node")
    expect(alerts).to_contain_text("GPUExporterDown")
    page = sight.go("gpu/GPU-n001-3")
    expect(alerts).to_contain_text("GPUFallenOffBus")
    expect(alerts).not_to_contain_text("GPUExporterDown")


def test_a_gpu_that_nothing_is_told_of_is_not_said_to_tell_all(sight: Sight, known: Fleet) -> None:
    uuid = "GPU-n005-2"
    for name, rows in known.series.items():
        if name.startswith("gpu") and name != "gpu:collect_success:bool":
            known.series[name] = [row for row in rows if row[0].get("uuid") != uuid]
    page = sight.go(f"gpu/{uuid}")
    expect(page.get_by_text("whose it is is not known")).to_be_visible()
    expect(page.get_by_text("Nothing is told of it now, not even why")).to_be_visible()
    expect(page.get_by_text("Nobody has it now")).to_have_count(0)


def test_work_that_has_ended_keeps_its_past(sight: Sight) -> None:
    sight.allowed = "404"
    page = sight.go("workload/research/gone-1")
    expect(page.get_by_role("heading", level=1)).to_have_text("research/gone-1")
    expect(page.get_by_text("It has no GPU now")).to_be_visible()
    expect(page.get_by_role("region", name="Activity of each GPU")).to_be_visible()
