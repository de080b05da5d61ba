"""Prometheus: that it answers, and is one that our rules can be given to."""

import re

from warpwatch.doctor.finding import Findings, Link
from warpwatch.doctor.pipe import Pipe

OLDEST = (2, 42)


async def check(pipe: Pipe) -> Findings:
    if pipe.prometheus is None:
        # Not merely unknown: where it stands in a cron job, a stack that has died must be heard of.
        yield Link("prometheus", "--prometheus").problem(
            "none is given, and none runs here", "warpwatch up, or --prometheus URL"
        )
        return
    link = Link("prometheus", pipe.prometheus.url)
    version = (await pipe.prometheus.build()).version
    one = [each.value for each in (await pipe.prometheus.query("1")).data]
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if one != [1.0]:
        told = ", ".join(map(str, one)) or "nothing"
        yield link.problem(f"works out that 1 is {told}", "look what answers there")
    elif numbers and OLDEST > (int(numbers[1]), int(numbers[2])) >= (2, 0):
        yield link.problem(
            f"is {version}; rules need 2.42, which has keep_firing_for", "put a newer one there"
        )
    else:
        yield link.ok(f"answers: {version or 'of a version that it does not tell'}")
