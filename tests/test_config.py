"""Settings: what was said, where, and what has no effect or must not be ignored."""

import dataclasses
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warpwatch import config
from warpwatch.errors import UsageError
from warpwatch.exporter.flags import FLAGS, Flag, Sort
from warpwatch.exporter.flags.acting import ACTING
from warpwatch.exporter.flags.attributing import ATTRIBUTING
from warpwatch.exporter.settings import SHORTEST_INTERVAL_MS, Settings

Value = str | int | bool
NAMED = {"hostname": "n1"}
"""Spares a look at this machine's name."""
IDLE = [flag for flag in FLAGS if flag.idle]
FILES = ("config", "config_file")
"""Flags that name a file to be read at once."""
FREE = [flag for flag in (*ACTING, *ATTRIBUTING) if flag.key not in FILES]


def ids(flags: list[Flag]) -> list[object]:
    return [pytest.param(flag, id=flag.key) for flag in flags]


def other(flag: Flag, *, nth: int = 0) -> Value:
    """A value that differs from the flag's default, and for another `nth` another one."""
    if flag.sort is Sort.SWITCH:
        return not flag.default
    if flag.sort is Sort.NUMBER:
        return int(flag.default) + 1000 + nth
    choices = [choice for choice in flag.choices if choice != flag.default]
    return choices[nth % len(choices)] if choices else f"other-{nth}"


def as_text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def of(settings: Settings, flag: Flag) -> Value:
    value: Value = getattr(settings, flag.key)
    return value


# Flags and settings are the same list


def test_every_acting_flag_fills_a_setting_of_the_same_default() -> None:
    assert {flag.key: flag.default for flag in (*ACTING, *ATTRIBUTING)} | {
        "counters": ""
    } == dataclasses.asdict(Settings())


def test_every_default_has_the_type_of_its_sort() -> None:
    types = {Sort.TEXT: str, Sort.NUMBER: int, Sort.SWITCH: bool}
    assert [flag.key for flag in FLAGS if type(flag.default) is not types[flag.sort]] == []


def test_a_flag_acts_or_says_why_it_does_not() -> None:
    for flag in FLAGS:
        assert (flag in (*ACTING, *ATTRIBUTING)) is not bool(flag.idle), flag.key


def test_no_name_key_or_variable_is_given_out_twice() -> None:
    for said in (
        [name for flag in FLAGS for name in flag.names],
        [flag.key for flag in FLAGS],
        [flag.env for flag in FLAGS if flag.env],
    ):
        assert len(said) == len(set(said))


# Who wins


def test_with_nothing_said_all_is_as_shipped() -> None:
    told = config.exporter({}, {})
    settings, warnings = told.settings, told.warnings
    assert settings == dataclasses.replace(Settings(), hostname=socket.gethostname())
    assert warnings == ()


@pytest.mark.parametrize("flag", ids(FREE))
def test_the_environment_wins_over_the_default(flag: Flag) -> None:
    told = config.exporter({}, {flag.env: as_text(other(flag))})
    settings, warnings = told.settings, told.warnings
    assert of(settings, flag) == other(flag)
    alone = f"{flag.env} has no effect without {flag.needs}"
    assert warnings == ((alone,) if flag.needs else ())


@pytest.mark.parametrize("flag", ids(FREE))
def test_a_flag_wins_over_the_environment(flag: Flag) -> None:
    said = other(flag)
    contrary = flag.default if flag.sort is Sort.SWITCH else other(flag, nth=1)
    settings = config.exporter({flag.key: said}, {flag.env: as_text(contrary)}).settings
    assert of(settings, flag) == said


@pytest.mark.parametrize("flag", ids([flag for flag in FREE if flag.key != "hostname"]))
def test_a_flag_that_repeats_the_default_wins_as_well(flag: Flag) -> None:
    settings = config.exporter({flag.key: flag.default}, {flag.env: as_text(other(flag))}).settings
    assert of(settings, flag) == flag.default


def test_an_empty_variable_says_nothing() -> None:
    settings = config.exporter(NAMED, {flag.env: "" for flag in FLAGS if flag.env}).settings
    assert settings == dataclasses.replace(Settings(), hostname="n1")


def test_a_flag_that_was_not_given_says_nothing() -> None:
    settings = config.exporter({**{flag.key: None for flag in FLAGS}, **NAMED}, {}).settings
    assert settings == dataclasses.replace(Settings(), hostname="n1")


def test_the_processs_environment_is_read_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NODE_NAME", "from-the-process")
    assert config.exporter({}).settings.hostname == "from-the-process"


def test_the_host_is_named_by_flag_environment_or_machine() -> None:
    environment = {"NODE_NAME": "by-environment"}
    assert config.exporter({"hostname": "by-flag"}, environment).settings.hostname == "by-flag"
    assert config.exporter({}, environment).settings.hostname == "by-environment"
    assert config.exporter({}, {}).settings.hostname == socket.gethostname()


# How the environment is read


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, True) for text in ("1", "t", "true", "True", "TRUE", "yes", "on")]
    + [(text, False) for text in ("0", "f", "false", "False", "no", "off")],
)
def test_switches_read_the_usual_words(text: str, *, value: bool) -> None:
    settings = config.exporter(NAMED, {"DCGM_EXPORTER_KUBERNETES": text}).settings
    assert settings.kubernetes is value


@pytest.mark.parametrize(
    ("variable", "text", "complaint"),
    [
        ("DCGM_EXPORTER_KUBERNETES", "perhaps", "'perhaps' is not true or false"),
        ("DCGM_EXPORTER_INTERVAL", "1s", "'1s' is not a whole number"),
        ("DCGM_EXPORTER_INTERVAL", "-5", "'-5' is not a whole number"),
        ("WARPWATCH_EXPORTER__COMPAT", "4.0", "'4.0' is not one of classic, 4.8.3"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(variable: str, text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        config.exporter(NAMED, {variable: text})
    assert caught.value.message == f"{variable}={complaint}"


# What has no effect, and what must not be ignored


@pytest.mark.parametrize("flag", ids(IDLE))
def test_an_idle_flag_is_a_warning_that_says_why(flag: Flag) -> None:
    told = config.exporter({flag.key: other(flag), **NAMED}, {})
    settings, warnings = told.settings, told.warnings
    assert warnings == (f"{flag.names[0]} is accepted but has no effect: {flag.idle}",)
    assert settings == dataclasses.replace(Settings(), hostname="n1")


@pytest.mark.parametrize("flag", ids([flag for flag in IDLE if flag.env]))
def test_an_idle_variable_is_a_warning_that_names_it(flag: Flag) -> None:
    warnings = config.exporter(NAMED, {flag.env: as_text(other(flag))}).warnings
    assert warnings == (f"{flag.env} is accepted but has no effect: {flag.idle}",)


@pytest.mark.parametrize("flag", ids(IDLE))
def test_repeating_the_default_of_a_flag_without_effect_is_no_matter(flag: Flag) -> None:
    assert config.exporter({flag.key: flag.default, **NAMED}, {}).warnings == ()


@pytest.mark.parametrize("flag", ids([flag for flag in FLAGS if flag.needs]))
def test_what_does_nothing_for_want_of_another_setting_is_a_warning(flag: Flag) -> None:
    (needed,) = (each for each in FLAGS if flag.needs in each.names)
    said = {flag.key: other(flag), **NAMED}
    alone = f"{flag.names[0]} has no effect without {flag.needs}"
    assert alone in config.exporter(said, {}).warnings
    assert alone not in config.exporter({**said, needed.key: other(needed)}, {}).warnings
    assert alone not in config.exporter({**said, flag.key: flag.default}, {}).warnings


def test_flags_of_pods_and_containers_need_the_ones_that_ask_for_those() -> None:
    needy = {flag.names[0]: flag.needs for flag in FLAGS if flag.needs}
    assert needy == {
        "--kubernetes-enable-pod-labels": "--kubernetes",
        "--kubernetes-pod-label-allowlist-regex": "--kubernetes-enable-pod-labels",
        "--kubernetes-enable-pod-uid": "--kubernetes",
        "--kubernetes-virtual-gpus": "--kubernetes",
        "--kubernetes-enable-dra": "--kubernetes",
        "--hpc-job-mapping-max-age": "--hpc-job-mapping-dir",
        "--container-runtime-socket": "--container-labels",
    }


@pytest.mark.parametrize("kubernetes", [True, False])
def test_virtual_gpus_cost_nothing_outside_of_kubernetes(*, kubernetes: bool) -> None:
    given = {"kubernetes": kubernetes, "kubernetes_virtual_gpus": True, **NAMED}
    settings = config.exporter(given, {}).settings
    assert (settings.shares_gpus, settings.reads_processes) == (kubernetes, kubernetes)


def test_a_variable_of_ours_that_is_none_is_a_warning_with_a_guess() -> None:
    environment = {
        "WARPWATCH_EXPORTER__SLURMS": "true",
        "WARPWATCH_EXPORTER__XYZZY": "",
        "WARPWATCH_COMMAND": "./run",
        "DCGM_EXPORTER_NEWEST": "1",
    }
    assert config.exporter(NAMED, environment).warnings == (
        "WARPWATCH_EXPORTER__SLURMS is not a setting; did you mean WARPWATCH_EXPORTER__SLURM?",
        "WARPWATCH_EXPORTER__XYZZY is not a setting",
    )


@given(milliseconds=st.integers(1, 100_000))
@example(milliseconds=SHORTEST_INTERVAL_MS - 1)
@example(milliseconds=SHORTEST_INTERVAL_MS)
def test_an_interval_too_short_for_the_hardware_is_raised_and_that_is_said(
    milliseconds: int,
) -> None:
    told = config.exporter({"collect_interval": milliseconds, **NAMED}, {})
    settings, warnings = told.settings, told.warnings
    assert settings.collect_interval == max(milliseconds, SHORTEST_INTERVAL_MS)
    raised = f"--collect-interval {milliseconds} is raised to 100: "
    assert [warning.startswith(raised) for warning in warnings] == [True] * (milliseconds < 100)


# Where sockets go


def test_sockets_go_to_the_users_runtime_directory(tmp_path: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert config.runtime_directory(environment) == tmp_path / "warpwatch"


def test_without_one_sockets_go_to_a_directory_of_this_user_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4242)
    for environment in ({}, {"XDG_RUNTIME_DIR": ""}):
        directory = config.runtime_directory(environment)
        assert directory == Path(tempfile.gettempdir(), "warpwatch-4242")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"xid_count_window_size": -5}, "--xid-count-window-size -5 is too small"),
        ({"clock_events_count_window_size": 0}, "--clock-events-count-window-size 0 is too small"),
        ({"max_concurrent_scrapes": 0}, "--max-concurrent-scrapes 0 is too small"),
        ({"collect_interval": 0}, "--collect-interval 0 is too small"),
    ],
)
def test_numbers_that_would_switch_something_off_are_refused(
    given: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        config.exporter(given, {})
    assert caught.value.message == said


@pytest.mark.parametrize("text", ["0s", "-1s", "soon", "10"])
def test_timeouts_are_durations_of_a_second_or_more(text: str) -> None:
    settings = config.exporter({"web_read_timeout": text}, {}).settings
    with pytest.raises(UsageError, match="--web-read-timeout"):
        _ = settings.limits


def test_lines_to_be_typed_name_the_program_as_the_user_calls_it() -> None:
    assert config.command({}) == "warpwatch"
    assert config.command({"WARPWATCH_COMMAND": "./run"}) == "./run"


def test_limits_of_the_server_are_those_of_the_flags() -> None:
    given_ = {"web_read_timeout": "3s", "web_write_timeout": "4s", "max_concurrent_scrapes": 5}
    limits = config.exporter(given_, {}).settings.limits
    assert (limits.head_seconds, limits.write_seconds, limits.connections) == (3.0, 4.0, 5)
