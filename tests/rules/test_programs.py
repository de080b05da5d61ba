"""What replicas and ranks say is put together by job and model."""

from pathlib import Path

from promtool import Expected, check, needed, play
from warpwatch.rules import programs

pytestmark = needed
GROUPS = (programs.group(),)
OF = 'namespace="ml", job="chat", model="m1"'


def test_the_group_is_good(tmp_path: Path) -> None:
    check(GROUPS, tmp_path)


def test_replicas_are_added_up_bucket_by_bucket(tmp_path: Path) -> None:
    series = {}
    for name in ("request", "ttft"):
        for replica, (fast, every) in (("a", (60, 90)), ("b", (120, 120))):
            where = f'inference_{name}_seconds_bucket{{{OF}, instance="{replica}"'
            series[f'{where}, le="0.5"}}'] = f"0+{fast}x20"
            series[f'{where}, le="+Inf"}}'] = f"0+{every}x20"
    expected = [
        Expected(
            f"job:inference_{name}_seconds_bucket:rate5m",
            "15m",
            {
                f'job:inference_{name}_seconds_bucket:rate5m{{{OF}, le="0.5"}}': 3.0,
                f'job:inference_{name}_seconds_bucket:rate5m{{{OF}, le="+Inf"}}': 3.5,
            },
        )
        for name in ("request", "ttft")
    ]
    play(GROUPS, series, expected, tmp_path, interval="1m")


def test_ranks_that_wait_are_a_mean_and_never_more_than_all_of_the_time(tmp_path: Path) -> None:
    series = {
        f'training_data_wait_seconds_total{{{OF}, rank="{rank}"}}': f"0+{seconds}x20"
        for rank, seconds in enumerate((60, 60, 30, 0))
    }
    wanted = {f"job:training_data_wait_seconds:rate5m{{{OF}}}": 0.625}
    told = [Expected("job:training_data_wait_seconds:rate5m", "15m", wanted)]
    play(GROUPS, series, told, tmp_path, interval="1m")
