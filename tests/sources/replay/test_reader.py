"""Files that are no recordings, of another version, or damaged: each named with its line."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from warpwatch.errors import InputError
from warpwatch.sources.replay.reader import load

HEADER = {
    "format": "warpwatch recording",
    "version": 1,
    "time": 1e9,
    "tool": "0.1.0",
    "interval": 1.0,
    "fields": [100],
    "source": {"name": "sim"},
}
GPU = {"is": "entity", "n": 0, "gpu": {"index": 0, "uuid": "u", "pci_bus_id": "p", "model": "m"}}
LINK = {"is": "entity", "n": 1, "link": {"index": 0}}
READ = {"is": "read", "t": 0.0, "at": 0.0, "device": 0}

File = Callable[..., Path]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def make(*lines: object) -> Path:
        path = tmp_path / "x.wwrec"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    return make


def refused(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ({"format": "tape", "version": 1}, "format 'tape' is not 'warpwatch recording'"),
        ([1], "does not begin a warpwatch recording"),
        ({**HEADER, "version": 3}, "version 3 is not known; this warpwatch reads 1 to 2"),
        ({**HEADER, "version": 0}, "version 0 is not known; this warpwatch reads 1 to 2"),
        ({**HEADER, "version": "1"}, "does not begin a warpwatch recording"),
        ({**HEADER, "interval": 0}, "Expected `float` >= 0.001 - at `$.interval`"),
        ({**HEADER, "time": 1e12}, "Expected `float` <= 253402300799.0 - at `$.time`"),
        ({**HEADER, "fields": "all"}, "Expected `array`, got `str` - at `$.fields`"),
    ],
)
def test_a_first_line_that_is_no_header(header: object, problem: str, file: File) -> None:
    error = refused(file(header))
    assert error.where.endswith("x.wwrec, line 1")
    assert error.problem == problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"is": "story"}, "Invalid value 'story' - at `$.is`"),
        (HEADER, "Object missing required field `is`"),
        ({**READ, "device": 7}, "no line before this one declares entity 7"),
        ({**READ, "device": 1}, "entity 1 is no device"),
        ({**READ, "parts": [0, 8]}, "no line before this one declares entity 8"),
        ({**READ, "changes": [{"n": 9}]}, "no line before this one declares entity 9"),
        ({**READ, "changes": [{"n": 0, "values": {"x": 1}}]}, "Expected `int`, got `str`"),
        ({**READ, "changes": [{"n": 0, "values": {"1": ["x"]}}]}, "could not convert string"),
        ({**READ, "changes": [{"n": 0, "gaps": {"shy": [1]}}]}, "Invalid enum value 'shy'"),
        ({"is": "inventory", "t": 0.0, "devices": [3]}, "declares entity 3"),
        ({"is": "entity", "n": 2}, "entity 2 is of 0 kinds"),
        ({**LINK, "cpu": {"index": 1}}, "entity 1 is of 2 kinds"),
    ],
)
def test_a_line_that_makes_no_sense(line: object, problem: str, file: File) -> None:
    error = refused(file(HEADER, GPU, LINK, line, READ))
    assert error.where.endswith("x.wwrec, line 4")
    assert problem in error.problem


def test_keys_of_a_later_warpwatch_are_passed_over(file: File) -> None:
    recording = load(file({**HEADER, "mood": "good"}, GPU, {**READ, "mood": "better"}))
    assert len(list(recording.steps())) == 1
    recording.close()


def test_where_it_begins_and_ends(file: File) -> None:
    recording = load(file(HEADER, GPU, {**READ, "t": 0.5}, {**READ, "t": 2.5}))
    assert (recording.begin, recording.end, recording.closed) == (0.5, 3.5, False)
    recording.close()
    recording = load(file(HEADER, GPU, {**READ, "t": 0.5}, {"is": "end", "t": 2.75}))
    assert (recording.begin, recording.end, recording.closed) == (0.5, 2.75, True)
    recording.close()


def test_numbers_that_json_lacks(file: File) -> None:
    values = {"1": ["inf"], "2": ["-inf"], "3": ["nan"], "4": 7.0, "5": 7}
    recording = load(
        file(HEADER, GPU, {**READ, "parts": [0], "changes": [{"n": 0, "values": values}]})
    )
    (step,) = recording.steps()
    recording.close()
    found = step.said.readings[0].values  # type: ignore[union-attr]
    assert repr(found) == "{1: inf, 2: -inf, 3: nan, 4: 7.0, 5: 7}"


@pytest.mark.parametrize("path", ["/no/such/file", "/", "x\0y"])
def test_what_is_not_a_file(path: str) -> None:
    assert "cannot be read" in refused(Path(path)).problem


def test_a_name_does_not_decide_whether_it_is_compressed(file: File) -> None:
    path = file(HEADER, GPU, READ)
    path.write_bytes(gzip.compress(path.read_bytes()))
    recording = load(path)
    assert len(list(recording.steps())) == 1
    recording.close()


def test_a_compressed_file_with_something_after_it(file: File) -> None:
    path = file(HEADER, GPU, READ)
    path.write_bytes(gzip.compress(path.read_bytes()) + b"surplus")
    error = refused(path)
    assert error.where.endswith("line 4")
    assert "cannot be read" in error.problem
