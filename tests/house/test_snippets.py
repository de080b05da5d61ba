"""Every snippet of the pages on attribution, exposing and migrating is what it says it is."""

import configparser
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from warpwatch.cli.main import COMMANDS
from warpwatch.exporter import counters
from warpwatch.exporter.flags import FLAGS
from warpwatch.httpd import webconfig

ROOT = Path(__file__).parents[2]
PAGES = ("attribution", "exposing", "migrating-from-dcgm-exporter")
TEXT = {page: (ROOT / "docs" / f"{page}.md").read_text() for page in PAGES}
SNIPPETS = [
    (page, language, snippet)
    for page, text in TEXT.items()
    for language, snippet in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
]


def of(kind: str) -> list[str]:
    return [snippet for _, language, snippet in SNIPPETS if language == kind]


def about(first_key: str) -> list[str]:
    return [snippet for snippet in of("yaml") if first_key in yaml.safe_load(snippet)]


def test_every_snippet_is_looked_at() -> None:
    looked = [*about("tls_server_config"), *about("scrape_configs"), *about("apiVersion")]
    assert sorted(looked) == sorted(of("yaml"))
    assert {language for _, language, _ in SNIPPETS} <= {"", "yaml", "promql", "ini"}


@pytest.mark.parametrize("snippet", about("tls_server_config"))
def test_web_configurations_are_taken(snippet: str) -> None:
    assert webconfig.parse(snippet.encode(), Path("web.yaml")).tls is not None


@pytest.mark.parametrize("snippet", about("apiVersion"))
def test_objects_of_kubernetes_are_valid(snippet: str) -> None:
    kubernetes_validate.validate(yaml.safe_load(snippet), "1.34.0", strict=True)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.binaries
@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool")
@pytest.mark.parametrize("snippet", about("scrape_configs"))
def test_prometheus_takes_its_configuration(snippet: str, tmp_path: Path) -> None:
    said = yaml.safe_load(snippet)
    for job in said["scrape_configs"]:
        job.pop("kubernetes_sd_configs", None)  # Debian's Prometheus is built without it
    path = tmp_path / "prometheus.yml"
    path.write_text(yaml.safe_dump(said))
    done = promtool("check", "config", "--syntax-only", str(path))
    assert done.returncode == 0, done.stderr


@pytest.mark.binaries
@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool")
@pytest.mark.parametrize("snippet", of("promql"))
def test_prometheus_understands_the_queries(snippet: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    rule = {"record": "shown", "expr": snippet}
    path.write_text(yaml.safe_dump({"groups": [{"name": "docs", "rules": [rule]}]}))
    done = promtool("check", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


JOINED = """
rule_files: []
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-1",Hostname="n1",pod=""}'
        values: '80'
      - series: 'warpwatch_workload_info{gpu="0",UUID="GPU-1",Hostname="n1",kind="pod",pod="a"}'
        values: '1'
      - series: 'warpwatch_workload_info{gpu="0",UUID="GPU-1",Hostname="n1",kind="pod",pod="b"}'
        values: '1'
    promql_expr_test:
      - eval_time: 0m
        expr: EXPR
        exp_samples:
          - labels: '{gpu="0",UUID="GPU-1",Hostname="n1",kind="pod",pod="a"}'
            value: 80
          - labels: '{gpu="0",UUID="GPU-1",Hostname="n1",kind="pod",pod="b"}'
            value: 80
"""


@pytest.mark.binaries
@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool")
def test_the_join_gives_every_workload_the_utilisation_of_its_gpu(tmp_path: Path) -> None:
    (join,) = [snippet for snippet in of("promql") if "group_right" in snippet]
    path = tmp_path / "test.yml"
    path.write_text(JOINED.replace("EXPR", " ".join(join.split())))
    done = promtool("test", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr


def units(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


@pytest.mark.parametrize("snippet", of("ini"))
def test_overrides_of_units_are_such(snippet: str) -> None:
    (section,) = units(snippet).sections()
    assert section in {"Service", "Socket"}


@pytest.mark.parametrize(
    "name", ["warpwatch-exporter.service", "warpwatch-exporter.socket", "warpwatch.service"]
)
def test_units_are_whole(name: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "systemd" / name).read_text()
    assert units(text).has_section("Install")
    if shutil.which("systemd-analyze") is None:
        return
    for unit in (ROOT / "deploy" / "systemd").iterdir():
        here = unit.read_text().replace("/usr/bin/warpwatch", "/bin/true")
        (tmp_path / unit.name).write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "warpwatch" in line]
    assert complaints == []


COMMAND_LINES = [
    line.split("#")[0].strip()
    for snippet in of("")
    for line in snippet.splitlines()
    if line and not line.startswith("#")
]
EVERYWHERE = {"kubectl", "install", "systemctl", "nft"}


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_commands_exist_with_their_flags(line: str) -> None:
    program, *words = shlex.split(line)
    if program == "warpwatch":
        assert words[0] in COMMANDS
        flags = {name for flag in FLAGS for name in flag.names}
        assert {word for word in words if word.startswith("--")} <= flags
    else:
        assert program in EVERYWHERE
    paths = [word for word in words if word.startswith("deploy/")]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_flags_folders_and_links_in_the_text_exist(page: str) -> None:
    text = TEXT[page]
    flags = {name for flag in FLAGS for name in flag.names}
    assert set(re.findall(r"`(--[a-z-]+)", text)) <= flags
    folders = re.findall(r"`(deploy/[\w/-]+)`", text) + re.findall(r"-k (deploy/[\w/-]+)", text)
    links = [f"docs/{link}" for link in re.findall(r"\]\(([^)#:]+)\)", text)]
    assert [path for path in (*folders, *links) if not (ROOT / path).exists()] == []


def test_the_numbers_of_series_are_worked_out() -> None:
    series = sum(not counter.is_label for counter in counters.built_in())
    assert f"the {series} series of the default list" in TEXT["attribution"]
    gpus, pods = 8, 10_000
    figures: dict[str, Callable[[], int]] = {
        "series": lambda: series * (pods + gpus),
        "info": lambda: series * gpus + pods,
        "both": lambda: series * (pods + gpus) + pods,
    }
    for mode, figure in figures.items():
        shown = f"{figure():_}".replace("_", " ")
        assert f"| `--workload-labels {mode}` | {shown} |" in TEXT["attribution"]
