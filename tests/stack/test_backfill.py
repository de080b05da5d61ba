"""A past goes into a Prometheus that runs, once, piece by piece."""

import asyncio
import itertools
import shutil
import sys
from pathlib import Path

import pytest

from promserver import prometheus
from rig import wait_until
from warpwatch.clock import SystemClock
from warpwatch.errors import WarpwatchError
from warpwatch.stack.backfill import BLOCK, PIECE, Backfill, Progress, pieces

NOW = 1_790_000_000.0
DAY = 86400.0
WRITER = """
import sys
since, until, out = float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
with open(out, "w") as file:
    for time in range(-int(-since // 3600) * 3600, int(until), 3600):
        file.write(f"past:hours:count {time // 3600} {time}\\n")
    file.write("# EOF\\n")
with open(sys.argv[4], "a") as told:
    told.write(f"{since} {until}\\n")
"""


def test_pieces_are_newest_first_without_gaps_and_within_blocks() -> None:
    found = list(pieces(NOW - 30 * DAY, NOW))
    assert found[0][1] == NOW
    assert found[-1][0] == NOW - 30 * DAY
    assert all(later[0] == former[1] for later, former in itertools.pairwise(found))
    for since, until in found:
        assert since < until <= since + PIECE
        assert since // BLOCK == (until - 1) // BLOCK


def filling(home: Path, now: float = NOW) -> Backfill:
    script, told = home / "writer.py", home / "told"
    script.write_text(WRITER)

    def make(_now: float, since: float, until: float, out: Path) -> list[str]:
        return [sys.executable, str(script), str(since), str(until), str(out), str(told)]

    promtool = Path(shutil.which("promtool") or "promtool")
    del now
    return Backfill(make, promtool, home / "data", home / "past", SystemClock())


@pytest.mark.binaries
@pytest.mark.timeout(150)
def test_what_was_is_found_in_a_running_prometheus_and_written_once(tmp_path: Path) -> None:
    with prometheus(tmp_path, "static_configs: []") as server:
        now = SystemClock().now() - 60
        done = asyncio.run(filling(tmp_path).run(now, 12 * DAY))
        assert done.done
        assert done.took > 0
        counted = "count_over_time(past:hours:count[15d])"
        wait_until(lambda: server.query(counted), "Prometheus sees the blocks", patience=90)
        assert [row["value"][1] for row in server.query(counted)] == ["288"]  # type: ignore[index]
        told = (tmp_path / "told").read_text()
        again = asyncio.run(filling(tmp_path).run(now + 999, 12 * DAY))
        assert again == done
        assert (tmp_path / "told").read_text() == told
        assert not list((tmp_path / "past").iterdir())


@pytest.mark.binaries
def test_one_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    first, *rest = pieces(NOW - 12 * DAY, NOW)
    (tmp_path / "past.json").write_bytes(
        b'{"now": %f, "left": [[%f, %f]], "took": 7}' % (NOW, *rest[-1])
    )
    (tmp_path / "past").mkdir()
    (tmp_path / "past" / "half.txt").write_text("rubbish")
    done = asyncio.run(filling(tmp_path).run(NOW + DAY, 12 * DAY))
    assert (done.now, done.left) == (NOW, ())
    assert done.took > 7
    assert (tmp_path / "told").read_text() == f"{rest[-1][0]} {rest[-1][1]}\n"
    assert first != rest[-1]


def test_what_fails_is_told_with_the_command_and_nothing_stays(tmp_path: Path) -> None:
    fill = filling(tmp_path)
    (tmp_path / "writer.py").write_text("raise SystemExit('no room')")
    broken = Backfill(
        lambda *_: [sys.executable, str(tmp_path / "writer.py")],
        fill.promtool,
        fill.data,
        fill.place,
        fill.clock,
    )
    with pytest.raises(WarpwatchError, match="failed: no room") as refusal:
        asyncio.run(broken.run(NOW, DAY))
    assert "writer.py" in refusal.value.hint
    assert not list(fill.place.iterdir())
    assert broken.progress() in {None, Progress(NOW, tuple(pieces(NOW - DAY, NOW)))}
