"""A stack whose user has said who is told."""

import json
from pathlib import Path

import pytest
import yaml

from process import run
from rig import UP, Rig, needs_binaries, wait_until
from sinks import post, sinks
from warpwatch.errors import InputError, WarpwatchError
from warpwatch.rules.routing.settings import Settings as Routing
from warpwatch.rules.routing.ways import Slack, Teams
from warpwatch.stack import alertmanager
from warpwatch.stack.binaries import Binary
from warpwatch.stack.settings import Settings
from warpwatch.stack.tools import ALERTMANAGER
from warpwatch.stack.version import Version

OLD = Binary(ALERTMANAGER, Path("/bin/a"), Version(0, 25))

ROUTING = """
[routing]
critical = "nobody"
watchdog = "deadman"
[[routing.receivers.deadman]]
by = "webhook"
url = "{url}"
bearer_token_file = "{token}"
"""


def test_a_webhook_for_everything_does_not_go_with_it() -> None:
    with pytest.raises(InputError, match=r"stack\.webhook: does not go with \[routing\]"):
        alertmanager.routed(Settings(webhook="http://x"), Routing(critical="nobody"), OLD)


def test_the_version_that_was_found_decides() -> None:
    wanted = Routing(critical="a", receivers={"a": (Teams(webhook_url_file="/x"),)})
    with pytest.raises(WarpwatchError, match=r"needs Alertmanager 0\.28, and this is for 0\.25"):
        alertmanager.routed(Settings(), wanted, OLD)


def test_a_secret_must_be_there_and_should_be_read_by_nobody_else(tmp_path: Path) -> None:
    secret = tmp_path / "slack"
    wanted = Routing(critical="a", receivers={"a": (Slack(api_url_file=str(secret)),)})
    place = r"routing\.receivers\.a\[0\]\.api_url_file"
    with pytest.raises(InputError, match=rf"^{place}: .*/slack cannot be read"):
        list(alertmanager.secrets(wanted))
    secret.touch(mode=0o600)
    assert list(alertmanager.secrets(wanted)) == []
    secret.chmod(0o640)
    (remark,) = alertmanager.secrets(wanted)
    assert remark.endswith(f"(next: chmod 600 {secret})")


@pytest.mark.process
@pytest.mark.binaries
@needs_binaries
def test_up_runs_it_and_an_alert_arrives(rig: Rig) -> None:
    token = rig.home / "token"
    token.write_text("let-me-in")
    with sinks() as (web, _):
        url = f"http://127.0.0.1:{web.server_port}/beat"
        rig.settings(ROUTING.format(url=url, token=token))
        with rig.up():
            status = json.dumps(rig.status()["notes"])
            assert f"chmod 600 {token}" in status
            post(rig.parts()["alertmanager"]["url"], {"alertname": "Watchdog"})
            wait_until(lambda: web.at("/beat"), "Watchdog is heard")
            told = yaml.safe_load((rig.state / "alertmanager.yml").read_text())
            assert (rig.state / told["templates"][0]).exists()


def test_up_refuses_a_mistake_before_anything_starts(rig: Rig) -> None:
    rig.settings('\n[routing]\ncritical = "pager"\n')
    done = run(*UP, env=rig.env)
    assert done.returncode == 1
    assert "routing.critical: there is no receiver 'pager'" in done.stderr
    assert not (rig.state / "alertmanager.yml").exists()
