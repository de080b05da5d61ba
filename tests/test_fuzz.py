"""A sample of `./run bench fuzz`: of damaged inputs come only the errors that are announced."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import fuzz
else:
    PATH = Path(__file__).parents[1] / "bench" / "fuzz.py"
    spec = importlib.util.spec_from_file_location("fuzz", PATH)
    fuzz = importlib.util.module_from_spec(spec)
    sys.modules["fuzz"] = fuzz
    spec.loader.exec_module(fuzz)

NAMES = [target.name for target in fuzz.targets(Path())]


def named(name: str, folder: Path) -> "fuzz.Target":
    return next(target for target in fuzz.targets(folder) if target.name == name)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_each(name: str, tmp_path: Path) -> None:
    target = named(name, tmp_path)
    outcome = fuzz.run(target, 200, seed=1)
    assert bool(outcome.errors) is bool(target.clear), "damage that nobody notices is none"


@pytest.mark.parametrize("name", sorted({*NAMES} - {"watches", "web config"}))
def test_undamaged_inputs_are_taken(name: str, tmp_path: Path) -> None:
    """A watch ends with an error, and one web config aliases where it may not: on purpose."""
    target = named(name, tmp_path)
    for content in target.seeds:
        target.attempt(content)


def test_the_same_seed_gives_the_same_cases(tmp_path: Path) -> None:
    target = named("counters", tmp_path)
    assert fuzz.run(target, 100).errors == fuzz.run(target, 100).errors
    assert fuzz.run(target, 100, seed=2).errors != fuzz.run(target, 100).errors


def test_an_error_that_was_not_announced_ends_the_run() -> None:
    def stumble(content: bytes) -> None:
        raise KeyError(content)

    target = fuzz.Target("broken", 1, [b"seed"], stumble, (ValueError,))
    with pytest.raises(RuntimeError, match="broken, case 0: KeyError of"):
        fuzz.run(target, 1)


def test_there_are_enough_cases() -> None:
    assert sum(target.cases for target in fuzz.targets(Path())) >= 100_000
