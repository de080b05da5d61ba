"""Settings from files: ours, and dcgm-exporter's own; and which of all that was said counts."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch import config
from warpwatch.config import dcgm_file
from warpwatch.config.said import Said
from warpwatch.errors import InputError, UsageError, WarpwatchError
from warpwatch.exporter.settings import DEFAULT_COUNTERS

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return make


def place(told: config.Resolved, key: str) -> str:
    found: Said = next(each for each in told.said if each.flag.key == key)
    return found.place


TOML = """
[exporter]
address = "127.0.0.1:9999"
collect_interval = 2000
kubernetes = true
"""
YAML = "exporter:\n  address: 127.0.0.1:9999\n  collect_interval: 2000\n  kubernetes: true\n"


@pytest.mark.parametrize(("name", "text"), [("a.toml", TOML), ("a.yaml", YAML), ("a.yml", YAML)])
def test_a_file_says_what_flags_do(name: str, text: str, write: Write) -> None:
    told = config.exporter({"config": str(write(name, text))}, {})
    settings = told.settings
    assert (settings.address, settings.collect_interval) == ("127.0.0.1:9999", 2000)
    assert settings.kubernetes is True
    assert place(told, "address").endswith(f"{name}: exporter.address")
    assert place(told, "devices") == "default"


def test_flags_win_over_the_environment_and_that_over_files(write: Write) -> None:
    path = str(write("a.toml", TOML))
    environment = {"DCGM_EXPORTER_LISTEN": ":2", "DCGM_EXPORTER_INTERVAL": "3000"}
    told = config.exporter({"config": path, "address": ":1"}, environment)
    assert (told.settings.address, told.settings.collect_interval) == (":1", 3000)
    assert [place(told, key) for key in ("address", "collect_interval", "config")] == [
        "--address",
        "DCGM_EXPORTER_INTERVAL",
        "--config",
    ]


def test_the_users_own_file_is_found(write: Write, tmp_path: Path) -> None:
    write("warpwatch/warpwatch.toml", TOML)
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert config.exporter({}, environment).settings.address == "127.0.0.1:9999"


WRONG = {
    "[exporter]\naddres = 'x'": "exporter.addres: is not a setting",
    "[exporter]\ncollect-interval = 1": "exporter.collect-interval: is not a setting",
    "[exporter]\nconfig = 'x'": "exporter.config: is not a setting",
    "[exporter]\naddress = 9400": "exporter.address: must be a text",
    "[exporter]\ncollect_interval = true": "must be a whole number",
    "[exporter]\nkubernetes = 'yes'": "must be true or false",
    "[exporter]\ncompat = '5'": "'5' is not one of classic, 4.8.3",
    "[console]\nport = 1": "[console]: is not known",
    "exporter = 1": "exporter: is not a table",
    "[exporter": "is not TOML",
    "[exporter]\naddress = 'a'\naddress = 'b'": "is not TOML",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_in_a_file_is_named_with_its_place(text: str, write: Write) -> None:
    path = write("a.toml", text)
    with pytest.raises(InputError) as caught:
        config.exporter({"config": str(path)}, {})
    assert WRONG[text] in caught.value.message
    assert caught.value.message.startswith(str(path))


def test_a_near_miss_is_guessed(write: Write) -> None:
    path = str(write("a.toml", "[exporter]\ncollect-interval = 1"))
    with pytest.raises(InputError) as caught:
        config.exporter({"config": path}, {})
    assert caught.value.hint == "did you mean collect_interval?"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for key in ("config", "config_file"):
        with pytest.raises(InputError, match=r"none\.toml"):
            config.exporter({key: str(tmp_path / "none.toml")}, {})


FIRST = """
version: 1
metrics:
  fields:
    - name: DCGM_FI_DEV_GPU_TEMP
      prometheusType: gauge
      help: Temperature, in "C".
    - name: DCGM_FI_DRIVER_VERSION
      prometheusType: label
      help: Driver
collection:
  interval: 10s
  watchGroups:
    - {name: fast, interval: 500ms, fields: [DCGM_FI_PROF_*]}
"""
SECOND = """
version: 2
metrics: {file: /etc/my.csv}
collections:
  - {name: all, every: 30s, metrics: {include: ["*"]}, dcgm: {maxKeepAge: 5m}}
  - {name: fast, every: 1s, metrics: {include: [DCGM_FI_PROF_*]}}
server: {maxConcurrentScrapes: 7}
detectBindUnbind: true
"""


def test_the_originals_first_version_is_read(write: Write) -> None:
    told = config.exporter({"config_file": str(write("dcgm.yaml", FIRST))}, {})
    assert told.settings.collect_interval == 500
    assert told.settings.counters.splitlines() == [
        'DCGM_FI_DEV_GPU_TEMP,gauge,"Temperature, in ""C""."',
        'DCGM_FI_DRIVER_VERSION,label,"Driver"',
    ]
    assert place(told, "collect_interval").endswith("collection.watchGroups[0].interval")


def test_the_originals_second_version_is_read(write: Write) -> None:
    settings = config.exporter({"config_file": str(write("dcgm.yaml", SECOND))}, {}).settings
    assert (settings.collectors, settings.counters) == ("/etc/my.csv", "")
    assert (settings.collect_interval, settings.max_concurrent_scrapes) == (1000, 7)


def test_the_originals_file_may_leave_the_list_alone(write: Write) -> None:
    text = "version: 2\nmetrics: {enableExporterMetrics: false}\n"
    settings = config.exporter({"config_file": str(write("dcgm.yaml", text))}, {}).settings
    assert (settings.collectors, settings.counters) == (DEFAULT_COUNTERS, "")


def test_flags_and_environment_win_over_the_originals_file_too(write: Write) -> None:
    path = str(write("dcgm.yaml", SECOND))
    given_ = {"config_file": path, "collectors": "mine.csv"}
    settings = config.exporter(given_, {"DCGM_EXPORTER_INTERVAL": "9000"}).settings
    assert (settings.collectors, settings.collect_interval) == ("mine.csv", 9000)


@pytest.mark.parametrize(
    ("flags", "environment"),
    [
        ({"collectors": "mine.csv"}, {}),
        ({}, {"DCGM_EXPORTER_COLLECTORS": "mine.csv"}),
    ],
)
def test_a_list_of_ones_own_wins_over_the_one_in_the_file(
    flags: dict[str, str], environment: dict[str, str], write: Write
) -> None:
    given_ = {"config_file": str(write("dcgm.yaml", FIRST)), **flags}
    settings = config.exporter(given_, environment).settings
    assert (settings.collectors, settings.counters) == ("mine.csv", "")
    usual = {"config_file": given_["config_file"], "collectors": DEFAULT_COUNTERS}
    assert config.exporter(usual, {}).settings.counters == ""


def test_two_files_that_both_say_something_are_refused(write: Write) -> None:
    ours, theirs = str(write("a.toml", TOML)), str(write("dcgm.yaml", SECOND))
    with pytest.raises(UsageError, match="both say what the exporter is to do"):
        config.exporter({"config": ours, "config_file": theirs}, {})
    empty = str(write("empty.toml", ""))
    config.exporter({"config": empty, "config_file": theirs}, {})


WRONG_YAML = {
    "": "version must be 1 or 2",
    "version: 3": "version must be 1 or 2",
    "version: 1\nmetric: {}": "unknown field `metric`",
    "version: 1\nmetrics: {}": "must give one of file and fields",
    "version: 1\nmetrics: {file: a, fields: [{name: A, prometheusType: gauge, help: b}]}": (
        "must give one of file and fields"
    ),
    "version: 1\nmetrics: {fields: [{name: A, help: b}]}": "missing required field",
    "version: 1\ncollection: {interval: soon}": "collection.interval: 'soon' is not a duration",
    "version: 1\ncollection: {interval: 0s}": "shorter than a millisecond",
    "version: 1\ncollection: {watchGroups: [{name: a, interval: 1s, fields: []}]}": "length >= 1",
    "version: 2\ncollections: [{name: a}]": "missing required field `every`",
    "version: 1\nversion: 1": "is there twice",
}


@pytest.mark.parametrize("text", WRONG_YAML, ids=range(len(WRONG_YAML)))
def test_what_is_wrong_in_the_originals_file_is_named(text: str) -> None:
    with pytest.raises(InputError) as caught:
        dcgm_file.parse(text.encode(), "dcgm.yaml")
    assert WRONG_YAML[text] in caught.value.message
    assert caught.value.message.startswith("dcgm.yaml")


@given(st.binary(max_size=120) | st.text(max_size=120).map(str.encode))
def test_nothing_but_a_clear_error_comes_of_any_bytes(content: bytes) -> None:
    with contextlib.suppress(WarpwatchError):
        dcgm_file.parse(content, "dcgm.yaml")


def test_systemd_is_listened_to_only_where_it_means_this_process() -> None:
    import os

    mine = str(os.getpid())
    told = {
        "NOTIFY_SOCKET": "@x",
        "WATCHDOG_USEC": "30000000",
        "LISTEN_FDS": "2",
        "LISTEN_PID": mine,
    }
    unit = config.unit(told)
    assert (unit.notify, unit.watchdog, unit.sockets) == ("@x", 30.0, 2)
    other = config.unit({**told, "LISTEN_PID": "1", "WATCHDOG_PID": "1"})
    assert (other.watchdog, other.sockets) == (0.0, 0)
    assert config.unit({"WATCHDOG_USEC": "soon", "LISTEN_PID": mine}) == config.unit({})
