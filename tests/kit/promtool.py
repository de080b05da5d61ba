"""Rules run by Prometheus' own tool, over series that a test writes down."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from newer import every
from warpwatch.rules import files
from warpwatch.rules.model import Group

needed = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not there: apt-get install prometheus"
)


@dataclass(frozen=True, slots=True)
class Expected:
    expr: str
    at: str
    samples: Mapping[str, float]
    """By series, as promtool writes them."""


def check(groups: Iterable[Group], folder: Path) -> None:
    path = folder / "rules.yaml"
    path.write_text(files.text(groups))
    run("check", "rules", str(path), folder=folder)


def play(
    groups: Iterable[Group],
    series: Mapping[str, str],
    expected: Sequence[Expected],
    folder: Path,
    *,
    interval: str = "30s",
) -> None:
    """`series` in promtool's notation, such as `5+1x10`."""
    groups = tuple(groups)
    (folder / "rules.yaml").write_text(files.text(groups))
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": interval,
        # Without it groups that are due at once are worked out in any order.
        "group_eval_order": [group.name for group in groups],
        "tests": [
            {
                "interval": interval,
                "input_series": [
                    {"series": name, "values": values} for name, values in series.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": each.expr,
                        "eval_time": each.at,
                        "exp_samples": [
                            {"labels": labels, "value": value}
                            for labels, value in each.samples.items()
                        ],
                    }
                    for each in expected
                ],
            }
        ],
    }
    path = folder / "test.yaml"
    path.write_text(yaml.safe_dump(test, sort_keys=False))
    run("test", "rules", str(path), folder=folder)


def run(*words: str, folder: Path) -> None:
    """By each generation of the tool: what one takes the other must not refuse."""
    for tool in every("promtool"):
        done = subprocess.run(
            [tool, *words], capture_output=True, text=True, check=False, cwd=folder
        )
        assert done.returncode == 0, f"{tool}: {done.stderr}{done.stdout}"
