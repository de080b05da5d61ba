"""Run in a process of its own: every error code on every call that a read makes."""

import json
import os
import sys
from pathlib import Path

import pynvml

from bindings import source_of
from warpwatch.clock import ManualClock
from warpwatch.fields.catalogue import FIELDS
from warpwatch.sources.nvml.gpm import METRICS
from warpwatch.sources.nvml.patience import ASK_AGAIN_SECONDS

CODES = (*range(1, 31), pynvml.NVML_ERROR_UNKNOWN)


def main() -> None:
    scenario = Path(os.environ["NVML_SCENARIO"])
    lines = scenario.read_text(encoding="utf-8")
    clock = ManualClock()
    source = source_of(pynvml, clock)
    sick, well = source.inventory().devices
    # Not what is worked out from two samples: the library holds them to real time.
    asked = frozenset(field.id for field in FIELDS) - METRICS.keys()
    for device in (sick, well):
        source.read(device, asked)
    outcome = {}
    for function in sys.argv[1:]:
        for code in CODES:
            new = scenario.with_suffix(".new")
            new.write_text(f"{lines}0.error.{function} {code}\n", encoding="utf-8")
            new.replace(scenario)
            clock.advance(ASK_AGAIN_SECONDS)
            reading = source.read(sick, asked).readings[0]
            other = source.read(well, asked).readings[0]
            outcome[f"{function} {code}"] = {
                "whole": reading.values.keys() | reading.gaps.keys() == asked,
                "gaps": sorted({str(reason) for reason in reading.gaps.values()}),
                "values": len(reading.values),
                "other": len(other.values),
            }
    source.close()
    outcome["alive"] = pynvml.nvmlLib.stand_in_alive()
    json.dump(outcome, sys.stdout)


main()
