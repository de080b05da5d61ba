"""Rules as users render them."""

import json
import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from process import run
from warpwatch.rules import files
from warpwatch.rules.render import TIME_SCALE

FILES = ("prometheus_rules.yaml", "prometheus_alerts.yaml")


def rendered(folder: Path, *words: str) -> dict[str, dict[str, object]]:
    """Rules by name."""
    done = run("rules", "render", "--out", str(folder), *words, env={"HOME": str(folder)})
    assert done.returncode == 0, done.stderr
    assert "next: " in done.stderr
    told = [yaml.safe_load((folder / name).read_text()) for name in FILES]
    groups = [group for each in told for group in each.get("spec", each)["groups"]]
    return {
        rule.get("alert") or rule["record"]: {**rule, "interval": group["interval"]}
        for group in groups
        for rule in group["rules"]
    }


def test_the_settings_file_counts_and_flags_count_before_it(tmp_path: Path) -> None:
    settings = tmp_path / "w.toml"
    settings.write_text(
        '[rules]\nrunbook_url = "https://wiki/{name}"\ndashboard_url = "https://grafana/{dashboard}"\n'
        'teams = {ml = "red", cv = "blue"}\n'
        "[rules.thresholds]\nhot_celsius = 70\nmemory_hot_celsius = 75\n"
    )
    words = ("--config", str(settings), "--set", "hot_celsius=60", "--team", "cv=green")
    rules = rendered(tmp_path, *words)
    assert "> 60" in str(rules["GPUHot"]["expr"])
    assert "> 75" in str(rules["GPUMemoryHot"]["expr"])
    owners = str(rules["gpu_owner:workload:info"]["expr"])
    assert '"red"' in owners
    assert '"green"' in owners
    assert '"blue"' not in owners
    told = rules["GPUHot"]["annotations"]
    assert isinstance(told, dict)
    assert (told["runbook_url"], told["dashboard_url"]) == (
        "https://wiki/GPUHot",
        "https://grafana/warpwatch-gpu",
    )


def test_labels_of_objects_are_not_taken_without_objects(tmp_path: Path) -> None:
    done = run("rules", "render", "--out", str(tmp_path), "--label", "a=b")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "next: add --format kubernetes" in done.stderr


def test_time_is_scaled_for_a_demonstration_alone(tmp_path: Path) -> None:
    done = run("rules", "render", "--out", str(tmp_path), "--time-scale", "10")
    assert done.returncode == 2
    assert "wrong for real GPUs" in done.stderr
    assert not list(tmp_path.iterdir())
    slow = rendered(tmp_path)
    quick = rendered(tmp_path, "--time-scale", "10", "--demo")
    assert quick.pop(TIME_SCALE)["expr"] == "vector(10)"
    assert quick.keys() == slow.keys()
    assert (slow["GPUHot"]["for"], quick["GPUHot"]["for"]) == ("5m", "30s")
    assert (slow["GPUHot"]["interval"], quick["GPUHot"]["interval"]) == ("30s", "3s")
    assert "offset 5m" not in json.dumps(quick)


def test_the_interval_is_one_of_ones_own_within_what_rules_can_bear(tmp_path: Path) -> None:
    usual = rendered(tmp_path)
    slow = rendered(tmp_path, "--interval", "60s")
    for name, often, seldom in (("gpu:power:watts", "30s", "1m"), ("gpu:pcie:lanes", "1m", "2m")):
        assert (usual[name]["interval"], slow[name]["interval"]) == (often, seldom)
    done = run("rules", "render", "--out", str(tmp_path), "--interval", "5m")
    assert done.returncode == 2
    assert "is not between 5 and 60 seconds" in done.stderr


@pytest.mark.parametrize(
    ("expr", "quick"),
    [
        ("rate(a[5m]) > 5", "rate(a[30s]) > 5"),
        ("a offset 1h - a", "a offset 6m - a"),
        ("max_over_time(a[2s])", "max_over_time(a[1s])"),
        (
            'time() - gpu:xid_last:seconds{xid="79"} < 600',
            'time() - gpu:xid_last:seconds{xid="79"} < 60',
        ),
        ("time() - a > 3600 or b > 3600", "time() - a > 360 or b > 3600"),
    ],
)
def test_windows_offsets_and_ages_are_scaled_and_nothing_else(expr: str, quick: str) -> None:
    assert files.hurried(expr, 10) == quick


def test_objects_for_the_operator_hold_the_same_rules(tmp_path: Path) -> None:
    plain = rendered(tmp_path)
    objects = rendered(tmp_path, "--format", "kubernetes", "--label", "release=mine")
    assert objects == plain
    for name in FILES:
        told = yaml.safe_load((tmp_path / name).read_text())
        assert (told["apiVersion"], told["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
        assert told["metadata"]["labels"] == {"release": "mine"}
        assert re.fullmatch(r"warpwatch-(rules|alerts)", told["metadata"]["name"])
        with pytest.raises(kubernetes_validate.SchemaNotFoundError):
            kubernetes_validate.validate(told, "1.30", strict=True)


def test_thresholds_are_listed_as_they_are_set(tmp_path: Path) -> None:
    settings = tmp_path / "w.toml"
    settings.write_text(
        "[rules.thresholds]\nhot_celsius = 70\n[rules.boards.T4]\nlimit_margin_celsius = 9\n"
    )
    done = run("rules", "thresholds", "--config", str(settings))
    assert re.search(r"^hot_celsius +70 °C .*\(default 85\)$", done.stdout, re.MULTILINE)
    assert re.search(r"^limit_margin_celsius +9 +for boards T4$", done.stdout, re.MULTILINE)
