"""With the keyboard alone, on a narrow screen, in both themes, and by those who cannot see it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from backends import Fleet
from chrome import Sight, watched

VIEWS = ("", "?view=table", "?metric=power", "nodes", "node/n001", "gpu/GPU-n001-3", "workloads",
         "workload/research/train-n001", "alerts", "alerts?tab=silences", "monitoring",
         "monitoring?tab=rules", "explore?q=gpu:power:watts", "why", "why/xid/79")  # fmt: skip


def settled(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_can_be_used_by_all(
    chromium: Browser, known: Fleet, runtime: dict[str, str], theme: str
) -> None:
    with watched(chromium, known, runtime, color_scheme=theme) as sight:
        said = []
        for path in VIEWS:
            page = sight.go(path)
            settled(page)
            for each in Axe().run(page).response["violations"]:
                said += [f"/{path}: {each['id']}: {node['html'][:160]}" for node in each["nodes"]]
        assert not said, "\n".join(said)


@pytest.mark.parametrize("width", [360, 768, 1024, 1440, 1920])
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, known: Fleet, runtime: dict[str, str], width: int
) -> None:
    with watched(chromium, known, runtime, viewport={"width": width, "height": 800}) as sight:
        for path in VIEWS:
            page = sight.go(path)
            settled(page)
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over <= 0, f"/{path} at {width}"


def test_from_anywhere_by_the_keyboard_alone(sight: Sight) -> None:
    page = sight.go()
    settled(page)
    for key, heading in (("n", "Nodes"), ("w", "Workloads"), ("a", "Alerts"), ("m", "Monitoring"),
                         ("e", "Explore"), ("y", "Why")):  # fmt: skip
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    page.keyboard.type("n003 gpu 5")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("n003 · GPU 5")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("GPU 5 of n003")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_rows_are_walked_with_j_and_k(sight: Sight) -> None:
    page = sight.go("nodes")
    settled(page)
    for key, name in (("j", "n001"), ("j", "n002"), ("k", "n001")):
        page.keyboard.press(key)
        expect(page.get_by_role("link", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("n001")


def test_the_map_is_walked_with_arrows_and_read_aloud(sight: Sight) -> None:
    page = sight.go("?metric=power")
    cells = page.get_by_label(re.compile("48 GPUs by power"))
    cells.focus()
    live = page.locator(".heat [aria-live]")
    page.keyboard.press("ArrowRight")
    expect(live).to_contain_text("n000 · GPU 0, Healthy, Power 100")
    page.keyboard.press("ArrowRight")
    expect(live).to_contain_text("n000 · GPU 1")
    page.keyboard.press("ArrowDown")
    expect(live).to_contain_text("n001 · GPU 1")
    page.keyboard.press("End")
    expect(live).to_contain_text("n005 · GPU 7")
    page.keyboard.press("n")
    expect(live).to_contain_text("n001 · GPU 3, Critical")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("GPU 3 of n001")


def test_the_theme_is_the_systems_until_somebody_chooses(sight: Sight) -> None:
    page = sight.go()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_nothing_jumps_while_it_is_loaded(sight: Sight) -> None:
    page = sight.page
    page.add_init_script(
        """window.moved = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
    )
    sight.go()
    settled(page)
    expect(page.locator(".lanes")).to_be_visible()
    before = page.evaluate("window.moved")
    page.wait_for_timeout(2500)
    # What comes anew each second moves nothing; what comes first takes the room that was kept.
    assert page.evaluate("window.moved") == before
    assert before < 0.25


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("n004 3", "GPU 3 of n004"),
        ("79", "XID 79"),
        ("n002", "n002"),
        ("train-n001", "research/train-n001"),
    ],
)
def test_search_takes_what_is_called_so(sight: Sight, said: str, heading: str) -> None:
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Go to").fill(said)
    first = page.get_by_role("listbox").get_by_role("option").first
    expect(first).to_contain_text(said.split(maxsplit=1)[0])
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def test_alerts_of_the_first_screen_are_walked_too(sight: Sight) -> None:
    page = sight.go()
    expect(page.locator("article.cause")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert "GPUHot" in page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    expect(page.locator("article.cause")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == "main"
