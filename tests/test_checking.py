"""What is said to be right starts, and what would stop a start is said."""

import dataclasses
import sys
from pathlib import Path

import pytest

from warpwatch.app import exporter
from warpwatch.app.checking import check, check_stack
from warpwatch.clock import ManualClock
from warpwatch.errors import WarpwatchError
from warpwatch.exporter.settings import Settings

RIGHT = Settings(source="sim:1xT4", hostname="n1")


@pytest.fixture(autouse=True)
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a pod."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def said(**settings: object) -> list[str]:
    return list(check(dataclasses.replace(RIGHT, **settings)))  # type: ignore[arg-type]


def test_it_says_what_it_found_right() -> None:
    lines = said(hpc_job_mapping_dir="/jobs")
    assert [line.partition(":")[0] for line in lines] == [
        "address",
        "limits",
        "source",
        "devices",
        "counters",
        "attribution",
    ]
    assert "simulated" in lines[2]
    assert lines[-1] == "attribution: job_files"


def test_the_list_is_named_by_where_it_really_comes_from(tmp_path: Path) -> None:
    assert "counters: 25 families of the built-in list" in said()
    own = tmp_path / "own.csv"
    own.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, x\n")
    assert f"counters: 1 family of {own}" in said(collectors=str(own))


@pytest.mark.parametrize("name", ["auto", "nvml"])
def test_the_driver_is_not_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert f"source: {name} (the driver is not opened here)" in said(source=name)


WRONG: list[tuple[dict[str, object], str]] = [
    ({"source": "simm"}, "--source 'simm' is not known"),
    ({"source": "sim:8xH1OO"}, "sim:8xH1OO"),
    ({"source": "replay:/none.wwrec.gz"}, "/none.wwrec.gz"),
    ({"configmap_data": "ab"}, "--configmap-data 'ab' is not namespace:name"),
    ({"configmap_data": "a:b/c"}, "is not namespace:name"),
    ({"configmap_data": "a:b"}, "this is not a pod"),
    (
        {"source": "auto", "kubernetes": True, "kubernetes_enable_pod_labels": True},
        "this is not a pod",
    ),
    ({"kubernetes_pod_label_allowlist_regex": "app,("}, "'(' is not a regular expression"),
    ({"hpc_job_mapping_dir": "/jobs", "hpc_job_mapping_max_age": "old"}, "'old'"),
    ({"web_config_file": "/none.yml"}, "/none.yml: cannot be read"),
    ({"web_read_timeout": "0s"}, "--web-read-timeout"),
    ({"devices": "x"}, "'x'"),
    ({"collectors": "/none.csv"}, "/none.csv"),
    ({"address": "9400"}, "is not host:port"),
]


@pytest.mark.parametrize(("settings", "problem"), WRONG, ids=[each[1] for each in WRONG])
def test_what_would_stop_a_start_is_found(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(WarpwatchError) as caught:
        said(**settings)
    assert problem in caught.value.message


def test_an_exporter_is_assembled_of_what_was_checked(tmp_path: Path) -> None:
    web = tmp_path / "web.yml"
    web.write_text("rate_limit: {interval: 1s, burst: 7}\n")
    settings = dataclasses.replace(RIGHT, web_config_file=str(web))
    assert "web configuration: no TLS, no passwords, 7 requests at once" in said(
        web_config_file=str(web)
    )
    parts = exporter.assemble(settings, ManualClock(), here=False)
    assert parts.edge is not None


WHOLE = """
[stack]
prometheus = "127.0.0.1:9090"
[[stack.scrape]]
job = "more"
targets = ["n2:9400"]
[routing]
critical = "pager"
[[routing.receivers.pager]]
by = "pagerduty"
routing_key_file = "{secret}"
[rules.boards.T4]
hot_celsius = 70
"""


def test_the_other_tables_are_looked_at_too(tmp_path: Path) -> None:
    secret, file = tmp_path / "key", tmp_path / "w.toml"
    secret.write_text("hush")
    secret.chmod(0o600)
    file.write_text(WHOLE.format(secret=secret))
    assert list(check_stack(str(file))) == [
        "stack: Prometheus at 127.0.0.1:9090, 1 more to scrape",
        "routing: 1 receivers",
        "rules: 1 boards and namespaces with thresholds of their own",
    ]
    secret.chmod(0o644)
    assert any("others can read" in line for line in check_stack(str(file)))
    secret.unlink()
    with pytest.raises(
        WarpwatchError, match=r"receivers.pager\[0\].routing_key_file: .* cannot be"
    ):
        list(check_stack(str(file)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[stack]\nprometeus = 1\n", "stack: .*prometeus"),
        ("[rules.thresholds]\nhot = 1\n", "there is no threshold 'hot'"),
        ("[routing]\nwarning = 'x'\n", "routing.critical: is missing"),
    ],
)
def test_what_is_wrong_in_them_is_told(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "w.toml"
    file.write_text(text)
    with pytest.raises(WarpwatchError, match=message):
        list(check_stack(str(file)))


def test_without_a_file_they_are_the_usual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert list(check_stack(""))[1] == "routing: nobody is told of alerts"
