"""What is not well with the console itself: no answer, no leave, labels that are programs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backends import Fleet, fleet
from chrome import Sight, served, watched, window

MARKUP = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>"\'`${1}</td>'


def test_what_is_old_is_said_to_be(sight: Sight, known: Fleet) -> None:
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
    sight.allowed = "503|502"
    known.broken = "storage is full"
    banner = page.locator(".banner")
    expect(banner).to_contain_text("The fleet is not seen any more")
    expect(banner).to_contain_text("storage is full")
    expect(page.locator(".age")).to_have_class(re.compile("stale"))
    # What was known stays, and is not taken for news.
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
    known.broken = ""
    expect(banner).to_have_count(0)


def test_a_console_that_has_gone_is_said_to_have(
    chromium: Browser, known: Fleet, runtime: dict[str, str]
) -> None:
    sight = None
    with served(known, runtime) as server:
        sight = window(chromium, server)
        page = sight.go()
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
    expect(page.locator(".banner")).to_contain_text("The console does not answer")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Monitoring").click()
    expect(page.get_by_role("alert").filter(has_text="cannot be shown").first).to_be_visible()
    sight.context.close()


def test_before_anything_is_known_it_is_said_why(
    chromium: Browser, runtime: dict[str, str]
) -> None:
    with watched(chromium, Fleet(broken="not ready yet"), runtime) as sight:
        sight.allowed = "503|502"
        page = sight.go()
        expect(page.get_by_role("heading", level=1)).to_have_text("The fleet is not seen")
        expect(page.get_by_role("alert").first).to_contain_text("not ready yet")
        for path in ("alerts", "nodes", "gpu/GPU-n001-3"):
            page = sight.go(path)
            expect(page.locator(".banner")).to_contain_text("The fleet is not seen: ")
            expect(page.locator(".banner")).to_contain_text("not ready yet")
        page = sight.go("alerts")
        expect(page.get_by_text("Whether alerts fire is not known")).to_be_visible()


def test_labels_are_never_programs(chromium: Browser, runtime: dict[str, str]) -> None:
    known = fleet(nodes=1)
    uuid = "GPU-bad"
    place = {"node": MARKUP, "gpu": MARKUP, "uuid": uuid, "model": MARKUP}
    known.add("gpu:collect_success:bool", 1, node=MARKUP, gpu=MARKUP, uuid=uuid)
    known.add("gpu:source:info", 1, **place)
    known.add("gpu:power:watts", 100, **place)
    known.add("up", 1, node=MARKUP, instance="x", rack=MARKUP)
    work = {"workload_namespace": MARKUP, "workload_pod": MARKUP, "team": MARKUP}
    known.add("gpu_owner:share:ratio", 1, **place, **work)
    known.add("gpu_owner:workload:info", 1, **place, **work)
    known.fire(MARKUP, "critical", node=MARKUP, gpu=MARKUP, uuid=uuid, more=MARKUP)
    known.add("warpwatch_gpu_gap", 1, UUID=uuid, field=MARKUP, reason=MARKUP)
    with watched(chromium, known, runtime) as sight:
        page = sight.go()
        expect(page.get_by_role("heading", level=1)).to_have_text("1 of 9 GPUs needs action")
        expect(page.get_by_role("region", name="Firing alerts")).to_contain_text("<script>")
        for path in ("nodes", "workloads", "alerts", "?view=table", f"gpu/{uuid}"):
            page = sight.go(path)
            expect(page.locator("main")).to_contain_text("<img src=x")
        page.get_by_role("link", name=re.compile("<img")).first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x")
        page = sight.go("workloads")
        page.get_by_role("link", name=re.compile("<img")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x")
        assert page.evaluate("window.hit") is None
        assert page.locator("img").count() == 0


def test_a_program_in_the_page_is_not_run(sight: Sight) -> None:
    sight.allowed = "Content Security Policy"
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate(
        """() => {
  const script = document.createElement("script");
  script.textContent = "window.hit = 1";
  document.body.append(script);
}"""
    )
    assert page.evaluate("window.hit") is None
    assert any("Content Security Policy" in each for each in sight.complaints)


def test_behind_a_proxy_with_a_path(
    chromium: Browser, known: Fleet, runtime: dict[str, str]
) -> None:
    with watched(chromium, known, runtime, "--path-prefix", "/gpu/watch") as sight:
        page = sight.go()
        assert page.url.endswith("/gpu/watch/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
        page.get_by_role("navigation", name="Views").get_by_role("link", name="Nodes").click()
        page.get_by_role("link", name="n003").click()
        assert page.url.endswith("/gpu/watch/node/n003")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("n003")
        expect(
            page.get_by_role("region", name="Power", exact=True).locator("canvas")
        ).to_be_visible()


def test_a_token_is_asked_for_and_let_go_of(
    chromium: Browser, known: Fleet, runtime: dict[str, str], tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-viewers-0001")
    with watched(chromium, known, runtime, "--token-file", str(token)) as sight:
        sight.allowed = "401"
        page = sight.go("node/n001")
        expect(page.get_by_text("wants a token")).to_be_visible()
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("not known")
        page.get_by_label("Token").fill("a-token-of-viewers-0001")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("n001")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("n001")


def test_passwords_of_the_file_that_exporters_share(
    chromium: Browser, known: Fleet, runtime: dict[str, str], tmp_path: Path, operators: Path
) -> None:
    import bcrypt

    config = tmp_path / "web.yml"
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    config.write_text(f"basic_auth_users: {{ada: '{hashed}'}}\n")
    words = ("--web-config-file", str(config), "--operator-token-file", str(operators))
    with watched(
        chromium, known, runtime, *words, http_credentials={"username": "ada", "password": "secret"}
    ) as sight:
        page = sight.go()
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48")
        _silence(sight)
        assert known.silences[0]["createdBy"] == "ada"


def _silence(sight: Sight) -> None:
    page = sight.page
    page.get_by_role("button", name="Silence GPUFallenOffBus").click()
    page.get_by_label("Token").fill("a-token-of-operators-01")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Why").fill("RMA 4711")
    page.get_by_role("button", name="Silence", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_read_only_console_says_how_it_would_not_be(
    chromium: Browser, known: Fleet, runtime: dict[str, str]
) -> None:
    with watched(chromium, known, runtime) as sight:
        page = sight.go()
        page.get_by_role("button", name="Silence GPUFallenOffBus").click()
        expect(page.get_by_role("dialog")).to_contain_text("--operator-token-file")
        expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_count(0)


def test_from_the_alert_to_the_silence_and_back(sight: Sight, known: Fleet) -> None:
    page = sight.go()
    _silence(sight)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "No GPU needs action; 1 of 48 GPUs has a warning"
    )
    expect(page.get_by_test_id("verdict")).to_contain_text("1 silenced")
    (silence,) = known.silences
    said = {matcher["name"]: matcher["value"] for matcher in silence["matchers"]}
    assert said == {
        "alertname": "GPUFallenOffBus",
        "node": "n001",
        "gpu": "3",
        "uuid": "GPU-n001-3",
    }
    page = sight.go("alerts?tab=silences")
    expect(page.get_by_role("table", name="Silences")).to_contain_text("RMA 4711")
    page.get_by_role("button", name="End").click()
    expect(page.get_by_role("table", name="Silences")).to_contain_text("expired")
    page = sight.go()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 48 GPUs needs action")


@pytest.mark.parametrize("words", [("--listen", "0.0.0.0:0"), ("--listen", ":0", "--insecure")])
def test_a_network_is_not_served_unasked(words: tuple[str, ...]) -> None:
    from process import run

    done = run("console", "--prometheus", "http://127.0.0.1:9", *words)
    assert done.returncode == 2
    assert "can be reached from a network" in done.stderr
    assert "next:" in done.stderr


def test_a_silence_of_several_is_of_those_and_says_how_many_it_fits(
    sight: Sight, known: Fleet
) -> None:
    for node in ("n003", "n004"):
        known.fire("GPUHot", "warning", node=node, gpu="1", uuid=f"GPU-{node}-1")
    page = sight.go()
    alerts = page.get_by_role("region", name="Firing alerts")
    expect(alerts).to_contain_text("n002, n003, n004")
    alerts.get_by_role("button", name="Silence GPUHot").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Token").fill("a-token-of-operators-01")
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_contain_text("Fits 3 of 3 such alerts that fire now.")
    for name in ("node", "uuid"):
        dialog.get_by_label(re.compile(f"^{name}")).uncheck()
    # A number of a GPU is one of every node.
    expect(dialog).to_contain_text("and all that will, on any node")
    dialog.get_by_label(re.compile("^gpu")).uncheck()
    dialog.get_by_label(re.compile("^node")).check()
    dialog.get_by_label("Why").fill("   ")
    expect(dialog.get_by_role("button", name="Silence")).to_be_disabled()
    dialog.get_by_label("Why").fill("the room is warm")
    dialog.get_by_role("button", name="Silence").click()
    expect(dialog).to_have_count(0)
    (silence,) = known.silences
    assert {each["name"]: (each["value"], each["isRegex"]) for each in silence["matchers"]} == {
        "alertname": ("GPUHot", False),
        "node": ("n002|n003|n004", True),
    }
