"""docs/recordings.md says what the code does."""

import re
from pathlib import Path

import msgspec
import pytest

from warpwatch.cli.record import command
from warpwatch.samples.sample import Event, Kind, Reason, Report
from warpwatch.sources.base import SourceInfo
from warpwatch.sources.replay import form
from warpwatch.sources.replay.reader import load

TEXT = (Path(__file__).parents[3] / "docs" / "recordings.md").read_text()
KINDS = (form.Header, form.Declared, form.Stock, form.Read, form.End, form.Change, form.Happened)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_told(kind: type[msgspec.Struct]) -> None:
    told = set(re.findall(r"`(\w+)`", TEXT))
    keys = set(kind.__struct_encode_fields__)
    assert keys <= told
    assert kind.__struct_config__.tag is None or kind.__struct_config__.tag in told


def test_every_option_is_told() -> None:
    options = {name for option in command.params for name in option.opts}
    assert options - set(re.findall(r"`(--?\w+)`", TEXT)) == set()


def test_the_example_is_a_recording(tmp_path: Path) -> None:
    (lines,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    source = SourceInfo("sim")
    header = form.Header(time=1000.0, tool="x", interval=1.0, fields=(140, 150, 155), source=source)
    path = tmp_path / "x.wwrec"
    path.write_bytes(form.encode(header) + lines.encode())
    recording = load(path)
    reports = [step.said for step in recording.steps() if isinstance(step.said, Report)]
    recording.close()
    assert recording.closed
    readings = [report.readings[0] for report in reports]
    assert [reading.values for reading in readings] == [
        {150: 47, 155: 242.1},
        {150: 47, 155: 221.8},
        {},
    ]
    assert readings[1].gaps == {140: Reason.UNSUPPORTED}
    assert readings[2].gaps == dict.fromkeys((140, 150, 155), Reason.LOST)
    assert reports[1].events == (Event(1000.731, Kind.XID, 31),)
    heard = [report.heard for report in reports]
    assert heard == [frozenset(), *2 * [frozenset({Kind.XID, Kind.ECC_UNCORRECTED})]]


def test_the_version_is_told() -> None:
    assert f'`"{form.FORMAT}"`, `{form.VERSION}`' in TEXT
    assert f"## The format, version {form.VERSION}" in TEXT
