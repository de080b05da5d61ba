"""Run in a process of its own: what a GPU and its links give, by field, once there are rates."""

import json
import sys
import time

import pynvml

from warpwatch.clock import SystemClock
from warpwatch.fields.catalogue import FIELDS
from warpwatch.samples.entity import Gpu, Link
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.source import NvmlSource


def main() -> None:
    source = NvmlSource(Door(pynvml), SystemClock())
    asked = frozenset(field.id for field in FIELDS)
    gpu = source.inventory().devices[0]
    source.read(gpu, asked)
    time.sleep(0.15)
    report = source.read(gpu, asked)
    whole, *links = report.readings
    assert isinstance(whole.entity, Gpu)
    json.dump(
        {
            "gpu": dict(whole.values),
            "gaps": dict(whole.gaps),
            "links": [
                [reading.entity.index, dict(reading.values)]
                for reading in links
                if isinstance(reading.entity, Link)
            ],
            "peers": [[peer.gpu, peer.status] for peer in whole.peers],
        },
        sys.stdout,
    )
    source.close()


main()
