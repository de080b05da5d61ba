"""A night's work with real servers: from the first red cell to the silence."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chrome import window
from process import program, run
from rig import SETTINGS, Rig, needs_binaries

pytestmark = [pytest.mark.process, pytest.mark.binaries, needs_binaries, pytest.mark.timeout(180)]
LONG = 60_000


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    it = Rig(tmp_path)
    file = it.home / "config" / "warpwatch" / "warpwatch.toml"
    file.write_text(SETTINGS.replace('"500ms"', '"2s"'))
    yield it
    it.end()


def test_a_gpu_falls_off_the_bus_and_somebody_takes_it_on(chromium: Browser, rig: Rig) -> None:
    with program("up", "--demo", "--address", "127.0.0.1:0", env=rig.env) as up:
        found = re.search(r"http\S+", up.wait_for(r"^ +console +http"))
        assert found is not None
        up.url = found[0].rstrip("/")
        sight = window(chromium, up)
        page = sight.go()
        expect(page.get_by_label(re.compile("128 GPUs by health"))).to_be_visible(timeout=LONG)
        expect(page.get_by_text("Simulated data")).to_be_visible()

        done = run("sim", "inject", "lost", "--node", "gpu-0006", "--gpu", "3", env=rig.env)
        assert done.returncode == 0, done.stderr
        verdict = page.get_by_test_id("verdict")
        expect(verdict).to_contain_text("1 of 128 GPUs needs action", timeout=LONG)
        expect(verdict).to_contain_text("GPU 3 of gpu-0006")
        page.get_by_label(re.compile("128 GPUs by health")).focus()
        page.keyboard.press("n")
        expect(page.locator(".tip")).to_contain_text("gpu-0006 · GPU 3")
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", level=1)).to_have_text("GPU 3 of gpu-0006")
        alerts = page.get_by_role("region", name="Alerts of this GPU")
        expect(alerts).to_contain_text("GPUFallenOffBus")
        expect(page.get_by_role("link", name="XID 79").first).to_be_visible(timeout=LONG)
        page.get_by_role("link", name="XID 79").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("fallen off the bus")
        expect(page.get_by_text("Drain the node")).to_be_visible()

        page.goto(up.url)
        page.get_by_role("button", name="Silence GPUFallenOffBus").click()
        token = (rig.state / "console.token").read_text().strip()
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Why").fill("RMA 4711, drained")
        page.get_by_label("Who").fill("ada")
        page.get_by_role("button", name="Silence", exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(verdict).to_contain_text("silenced", timeout=LONG)
        expect(verdict).not_to_contain_text("GPU 3 of gpu-0006")

        line = json.loads(up.wait_for('"audit":"silence"').partition("warpwatch.audit: ")[2])
        assert line["author"] == "ada"
        assert {"name": "gpu", "value": "3", "isRegex": False, "isEqual": True} in line["matchers"]
        sight.calm()
        sight.context.close()
