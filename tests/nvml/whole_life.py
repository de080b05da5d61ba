"""Run in a process of its own: opened, read for a while, closed; what was not given back."""

import json
import sys
import time

import pynvml

from warpwatch.clock import SystemClock
from warpwatch.fields.catalogue import BY_ID, FIELDS
from warpwatch.sources.nvml.door import Door
from warpwatch.sources.nvml.source import NvmlSource


def main() -> None:
    source = NvmlSource(Door(pynvml), SystemClock())
    asked = frozenset(field.id for field in FIELDS)
    said = []
    for _ in range(3):
        reports = [source.read(device, asked) for device in source.inventory().devices]
        said = [
            {BY_ID[id_].name: value for id_, value in reading.values.items()}
            for report in reports
            for reading in report.readings
        ]
        time.sleep(0.12)
    during = pynvml.nvmlLib.stand_in_alive()
    source.close()
    after = pynvml.nvmlLib.stand_in_alive()
    json.dump({"said": said, "during": during, "after": after}, sys.stdout)


main()
