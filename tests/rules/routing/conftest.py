"""A table [routing] with something of everything, and Alertmanager's own checker."""

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from newer import GENERATIONS, program
from warpwatch.rules.routing import reading
from warpwatch.rules.routing.release import OLDEST, Release
from warpwatch.rules.routing.render import TEMPLATE, template, text
from warpwatch.rules.routing.settings import Settings

WHOLE = """
critical = "pager"
warning = {receiver = "chat", during = ["office"], repeat_interval = "1d"}
info = "mail"
otherwise = "mail"
watchdog = "deadman"
watchdog_every = "10m"
group_wait = "1m1s"

[[receivers.pager]]
by = "pagerduty"
routing_key_file = "/etc/warpwatch/pagerduty"
proxy = "http://proxy.example:3128"
[[receivers.pager]]
by = "opsgenie"
api_key_file = "/etc/warpwatch/opsgenie"
region = "https://api.eu.opsgenie.com/"
[[receivers.chat]]
by = "slack"
api_url_file = "/etc/warpwatch/slack"
channel = "#gpus"
[[receivers.mail]]
by = "email"
to = "gpus@example.org, boss@example.org"
from = "warpwatch@example.org"
smarthost = "mail.example.org:587"
username = "warpwatch"
password_file = "/etc/warpwatch/mail"
[[receivers.deadman]]
by = "webhook"
url = "https://deadman.example/ping"
bearer_token_file = "/etc/warpwatch/deadman"
resolved = false
[[receivers.deadman]]
by = "webhook"
url = "https://hooks.example/"
username = "u"
password_file = "/etc/warpwatch/hooks"
max_alerts = 100
[[receivers.vision]]
by = "slack"
api_url_file = "/etc/warpwatch/vision"

[teams.vision]
warning = "vision"
info = "nobody"
[teams.'a "b" \\c']
critical = {receiver = "mail", except_during = ["office", "nights"]}

[[hours.office]]
days = ["monday:friday"]
begin = "08:00"
end = "18:00"
location = "Europe/Berlin"
[[hours.nights]]
begin = "22:00"
[[hours.nights]]
days = ["saturday:monday", "sunday"]
end = "06:00"
"""


@pytest.fixture(scope="session")
def whole() -> Settings:
    return reading.settings(tomllib.loads(WHOLE), "routing")


@pytest.fixture(scope="session", params=GENERATIONS)
def amtool(request: pytest.FixtureRequest) -> Callable[..., str]:
    """What it says; skips where it is not there."""
    tool = program(request.param, "amtool")

    def run(*words: str) -> str:
        done = subprocess.run([tool, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """The files as `render` leaves them."""

    def write(settings: Settings, release: Release = OLDEST) -> Path:
        file = tmp_path / "alertmanager.yml"
        file.write_text(text(settings, release))
        (tmp_path / TEMPLATE).write_text(template())
        return file

    return write
