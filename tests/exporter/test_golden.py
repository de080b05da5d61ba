"""Pages of the real process, byte for byte, for each board and each era.

Rewritten by `./run test tests/exporter/test_golden.py --rewrite`; read the diff.
"""

import re
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from process import program
from warpwatch.expo.parse import parse
from warpwatch.fields.catalogue import FIELDS
from warpwatch.fields.field import Scope

GOLDEN = Path(__file__).parents[1] / "golden"
BOARDS = ("T4", "A10", "L40S", "A100", "H100", "H200", "B200")
CASES = {
    **{
        f"{board}-{era}": (board, "--compat", era)
        for board in BOARDS
        for era in ("classic", "4.8.3")
    },
    "mig-classic": ("mig",),
    "mig-once-classic": ("mig", "--mig-device-values", "once"),
    "mig-pods-old-namespace": ("mig", "--kubernetes", "--use-old-namespace", "--no-hostname"),
    "faults-classic": ("faults", "-k", "-rbmn"),
    "faults-4.8.3": ("faults", "--compat", "4.8.3"),
}
PAGES = sorted(GOLDEN.glob("*.metrics"))

SEEN = (Scope.GPU, Scope.LINK)
"""A node without NVSwitches and Grace CPUs is asked about neither."""

_VOLATILE = re.compile(
    r"^(warpwatch_(?:collector_duration_seconds|gpu_collect_age_seconds(?:\{[^}]*\})?)) .*$"
    r"|^(warpwatch_build_info)\{.*$",
    re.MULTILINE,
)


def settled(page: str) -> str:
    """Without what differs from one run to the next."""
    return _VOLATILE.sub(lambda found: f"{found[1] or found[2]} …", page)


def every_field(path: Path) -> Path:
    """A list of everything in the catalogue."""
    rows = (f'{field.name}, {field.kind}, "{field.help}"' for field in FIELDS)
    path.write_text("\n".join(rows) + "\n")
    return path


def page(scenario: str, *arguments: str, env: dict[str, str]) -> str:
    source = f"sim:{GOLDEN / 'scenarios' / scenario}.toml"
    names = {"NODE_NAME": "golden-1", **env}
    with program("exporter", "--source", source, "-a", "127.0.0.1:0", *arguments, env=names) as it:
        while it.get("/-/ready").status != 200:
            pass
        return settled(it.get("/metrics").text)


@pytest.mark.process
@pytest.mark.parametrize("case", CASES)
def test_a_page(case: str, runtime: dict[str, str], *, rewrite: bool) -> None:
    scenario, *arguments = CASES[case]
    compare(GOLDEN / f"{case}.metrics", page(scenario, *arguments, env=runtime), rewrite=rewrite)


@pytest.mark.process
def test_every_field_of_the_catalogue_has_a_value_or_a_gap(
    tmp_path: Path, runtime: dict[str, str]
) -> None:
    listed = every_field(tmp_path / "all.csv")
    found = parse(page("H200", "-f", str(listed), env=runtime).replace(" …", " 1"))
    given = {sample.name for sample in found.samples} | set(found.samples[0].labels)
    missing = {sample.labels["field"] for sample in found.named("warpwatch_gpu_gap")}
    ours = {field.name for field in FIELDS if field.scope in SEEN}
    # These two say nothing while nothing has happened.
    quiet = {"DCGM_EXP_XID_ERRORS_TOTAL", "DCGM_EXP_CLOCK_EVENTS_TOTAL"}
    assert ours - given - missing <= quiet
    assert not given & missing


def compare(golden: Path, found: str, *, rewrite: bool) -> None:
    if rewrite:
        golden.write_text(found)
    assert found == golden.read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_prometheus_client_reads_a_golden_page_as_we_do(path: Path) -> None:
    text = path.read_text().replace(" …", " 1")
    ours = parse(text, path.name)

    def known(name: str) -> str:
        # It hangs _total on counters that lack it, as OpenMetrics wants.
        return name if name in ours.types else name.removesuffix("_total")

    theirs = {
        (known(sample.name), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert {(s.name, tuple(sorted(s.labels.items()))): s.value for s in ours.samples} == theirs
    assert len(theirs) == len(ours.samples), "a series stands there twice"
    assert {sample.name for sample in ours.samples} == ours.types.keys() == ours.helps.keys()


@pytest.mark.binaries
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_promtool_reads_a_golden_page_and_finds_no_fault_with_our_families(path: Path) -> None:
    text = path.read_text().replace(" …", " 1")
    # Its exit status is 3 for mere remarks, which DCGM's names deserve; so read what it says.
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    said = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    ours = [line for line in said if not line.startswith("DCGM_")]
    # GPU series carry DCGM's UUID and Hostname, so that they join.
    assert [line for line in ours if "camelCase" not in line] == []


def test_there_are_golden_pages() -> None:
    assert {path.stem for path in PAGES} == set(CASES)
