"""Each alert of hardware fires for its fault, not for what is near it, and ends with it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from alerting import GPU, HERE, Case, Series, play, told
from promtool import needed

NODE_GPU = {"node": "n1", "gpu": "0", "uuid": "GPU-0"}
WHOLE = {**NODE_GPU, "model": "H100"}
ALERTS = told("hardware")


def last(code: str, at: int, told: str = "x60") -> Series:
    """Our exporter's count and time of an XID, seen after so many minutes."""
    named = f'{HERE}, xid="{code}"'
    gap = f"_x{at - 1} " if at else ""
    return {
        f"gpu:xid_last:seconds{{{named}}}": f"{gap}{at * 60}{told}",
        f"gpu:xid_errors:total{{{named}}}": f"{gap}1{told}",
        f"gpu:source:info{{{GPU}}}": "1x60",
    }


def last_code(code: str, values: str, watched: str = "1x60") -> Series:
    """What another exporter says: the last code, for ever."""
    return {
        f'gpu:xid_last:info{{{HERE}, xid="{code}"}}': values,
        f"gpu:source:info{{{GPU}}}": watched,
    }


def counted(code: str, values: str, watched: str = "1x60") -> Series:
    return {
        f'gpu:xid_errors:total{{{HERE}, xid="{code}"}}': values,
        f"gpu:source:info{{{GPU}}}": watched,
    }


def xid(code: str, other: str, says: str, *, over: str = "42m") -> Case:
    return Case(
        fires=last(code, 20),
        before="18m",
        at="29m",
        still="" if over == "31m" else "39m",
        over=over,
        labels={**NODE_GPU, "xid": code},
        says=says,
        silent=(
            last(other, 20),
            last_code(code, "1x60"),
            counted(code, "7x60"),
            last_code(code, "_x20 1x40", watched="_x20 1x40"),
            counted(code, "_x20 7x40", watched="_x20 1x40"),
        ),
        also={
            "the last code of another exporter": (last_code(code, "_x20 1x40"), "21m"),
            "one more": (counted(code, "7x20 8x40"), "22m"),
            "the first of a counter": (counted(code, "_x20 1x40"), "21m"),
            "of a GPU that is gone": (last_code(code, "_x20 1x40", watched="1x19"), "21m"),
        },
    )


def seen(code: str) -> str:
    return f"XID {code} on GPU 0 of n1; warpwatch explain xid {code}."


def flag(
    name: str,
    says: str,
    *,
    bad: str = "1",
    good: str = "0",
    others: tuple[str, ...] = (),
    **times: str,
) -> Case:
    """Good, then bad for ten minutes, then good again."""
    return Case(
        also={f"as {more}": ({f"gpu:{name}{{{GPU}}}": f"{more}x60"}, "40m") for more in others},
        fires={f"gpu:{name}{{{GPU}}}": f"{good}x9 {bad}x30 {good}x30"},
        before=times.get("before", "9m"),
        at=times.get("at", "12m"),
        over=times.get("over", "41m"),
        labels=WHOLE,
        says=says,
        silent=({f"gpu:{name}{{{GPU}}}": f"{good}x70"}, {}),
    )


def counter(
    name: str,
    rises: str,
    near: str,
    says: str,
    *,
    silent: tuple[Series, ...] = (),
    also: Mapping[str, tuple[Series, str]] = MappingProxyType({}),
    **times: str,
) -> Case:
    return Case(
        also=also,
        fires={f"gpu:{name}{{{GPU}}}": rises},
        before=times.get("before", ""),
        at=times["at"],
        over=times.get("over", ""),
        labels=WHOLE,
        says=says,
        silent=(
            {f"gpu:{name}{{{GPU}}}": near},
            {f"gpu:{name}{{{GPU}}}": "900x90 0x300"},
            *silent,
        ),
    )


def links(*each: str, mig: bool = False) -> Series:
    """Of the GPUs of a node."""
    series = {
        f'gpu:nvlinks_up:count{{node="n1", gpu="{number}", uuid="GPU-{number}"}}': values
        for number, values in enumerate(each)
    }
    part = f'gpu_instance:memory_used:bytes{{{GPU}, mig_id="1", mig_profile="1g.10gb"}}'
    whole = f'gpu_instance:memory_used:bytes{{{GPU}, mig_id="", mig_profile=""}}'
    return {**series, part if mig else whole: "1x200"}


def replays(values: str, *, generation: int, lanes: int) -> Series:
    return {
        f"gpu:pcie_replays:total{{{GPU}}}": values,
        f"gpu:pcie_max:lanes{{{GPU}}}": f"{lanes}x200",
        f"gpu:pcie_max:generation{{{GPU}}}": f"{generation}x200",
    }


def pcie(lanes: str, active: str, generation: str = "5x90") -> Series:
    return {
        f"gpu:pcie:lanes{{{GPU}}}": lanes,
        f"gpu:pcie_max:lanes{{{GPU}}}": "16x90",
        f"gpu:pcie:generation{{{GPU}}}": generation,
        f"gpu:pcie_max:generation{{{GPU}}}": "5x90",
        f"gpu:activity:ratio{{{GPU}}}": active,
    }


def count(values: str) -> Series:
    return {'node:gpus:count{node="n1"}': values}


def off_the_bus() -> Case:
    """Stands until the GPU is read again, however long ago it was told of."""
    case = xid("79", "48", "GPU 0 of n1 no longer answers on PCIe (XID 79).")
    read = f"gpu:collect_success:bool{{{HERE}}}"
    return replace(
        case,
        silent=(*case.silent, {**last("48", 20, "x100"), read: "1x19 0x100"}),
        also={
            **case.also,
            "for long": ({**last("79", 20, "x200"), read: "1x19 0x200"}, "200m"),
        },
    )


MEMORY = {
    "GPUMemoryErrorUncorrected": Case(
        fires={f"gpu:ecc_uncorrected:total{{{GPU}}}": "3x10 4x60"},
        before="9m",
        at="12m",
        still="27m",
        over="32m",
        labels=WHOLE,
        says="1 uncorrected ECC errors on GPU 0 of n1 (H100).",
        silent=(
            {f"gpu:ecc_uncorrected:total{{{GPU}}}": "3x70"},
            {f"gpu:ecc_uncorrected_volatile:total{{{GPU}}}": "0x70"},
            {f"gpu:ecc_corrected:total{{{GPU}}}": "3x10 4x60"},
        ),
        also={"since the reset": ({f"gpu:ecc_uncorrected_volatile:total{{{GPU}}}": "1x9"}, "0m")},
    ),
    "GPUMemoryErrorsRising": Case(
        fires={f"gpu:ecc_corrected:total{{{GPU}}}": "7+2x90 187x90"},
        before="8m",
        at="70m",
        over="155m",
        labels=WHOLE,
        says="120 corrected ECC errors within an hour on GPU 0 of n1 (H100).",
        silent=(
            {f"gpu:ecc_corrected:total{{{GPU}}}": "7+1.5x200"},
            {f"gpu:ecc_corrected_volatile:total{{{GPU}}}": "7+1.5x200"},
            {f"gpu:ecc_corrected:total{{{GPU}}}": "9000x200"},
        ),
        also={
            "since the reset": (
                {f"gpu:ecc_corrected_volatile:total{{{GPU}}}": "0+2x90"},
                "70m",
            )
        },
    ),
    "GPURowRemapPending": flag(
        "row_remap_pending:bool",
        "GPU 0 of n1 (H100) replaces rows at its next reset; until then it may go on.",
        before="10m",
    ),
    "GPURowRemapFailed": flag(
        "row_remap_failed:bool",
        "GPU 0 of n1 (H100) could not replace rows of its memory: it is to be exchanged.",
    ),
    "GPURowsRemapped": Case(
        fires={f"gpu:rows_remapped_uncorrected:total{{{GPU}}}": "1x10 2x3000"},
        before="9m",
        at="24h",
        over="26h",
        labels=WHOLE,
        says="1 rows of GPU 0 of n1 (H100).",
        silent=(
            {f"gpu:rows_remapped_uncorrected:total{{{GPU}}}": "7x3000"},
            {
                f"gpu:rows_remapped_uncorrected:total{{{GPU}}}": "200x3000",
                f"gpu:rows_remapped_corrected:total{{{GPU}}}": "200x3000",
            },
        ),
        also={
            "so many in all": (
                {
                    f"gpu:rows_remapped_uncorrected:total{{{GPU}}}": "200x10",
                    f"gpu:rows_remapped_corrected:total{{{GPU}}}": "201x10",
                },
                "2m",
            )
        },
    ),
    "GPUMemorySparesUsedUp": flag(
        "memory_banks_without_spares:total",
        "1 banks of GPU 0 of n1 (H100) have none: the next bad row there is the end.",
    ),
    "GPUPagesRetired": Case(
        fires={
            f"gpu:pages_retired_corrected:total{{{GPU}}}": "40x10 41x20",
            f"gpu:pages_retired_uncorrected:total{{{GPU}}}": "5x30",
        },
        before="9m",
        at="13m",
        labels=WHOLE,
        says="46 of 64 pages on GPU 0 of n1 (H100).",
        silent=(
            {
                f"gpu:pages_retired_corrected:total{{{GPU}}}": "40x30",
                f"gpu:pages_retired_uncorrected:total{{{GPU}}}": "5x30",
            },
        ),
    ),
    "GPUPageRetirementPending": flag(
        "page_retirement_pending:bool", "GPU 0 of n1 (H100) retires pages at its next reset."
    ),
    "GPUSramThreshold": flag(
        "sram_threshold:bool",
        "GPU 0 of n1 (H100) has passed the SRAM error threshold: it is to be tested and exchanged.",
    ),
    "GPUMemoryUnrepairable": flag(
        "memory_unrepairable:bool", "GPU 0 of n1 (H100) is to be exchanged."
    ),
}

LINKS = {
    "GPUNvlinkErrors": Case(
        fires={f"gpu:nvlink_replay_errors:total{{{GPU}}}": "5x10 16x90"},
        before="12m",
        at="20m",
        over="75m",
        labels=WHOLE,
        says="11 errors within an hour on GPU 0 of n1 (H100).",
        silent=(
            {
                f"gpu:nvlink_{kind}_errors:total{{{GPU}}}": "5x10 13x90"
                for kind in ("crc_flit", "crc_data", "replay", "recovery")
            },
            {f"gpu:nvlink_replay_errors:total{{{GPU}}}": "500x10 0x90"},
        ),
        also={
            kind: ({f"gpu:nvlink_{kind}_errors:total{{{GPU}}}": "5x10 16x90"}, "20m")
            for kind in ("crc_flit", "crc_data", "recovery")
        },
    ),
    "GPUNvlinkDown": Case(
        fires=links("18x9 17x150 18x20", "18x200"),
        before="12m",
        at="150m",
        over="165m",
        labels=NODE_GPU,
        says="GPU 0 of n1 has 17 links, and had or should have more.",
        silent=(
            links("18x200", "18x200"),
            links("0x200", "12x200"),
            links("18x148 0x50", "18x200", mig=True),
        ),
        also={"all of them at once": (links("18x9 0x30", "18x40"), "20m")},
    ),
    "GPUFabricFailed": flag(
        "fabric_state:code",
        "GPU 0 of n1 (H100): see nvidia-fabricmanager on its node.",
        bad="4",
        good="3",
        before="14m",
        at="16m",
    ),
    "GPUFabricNotJoined": flag(
        "fabric_state:code",
        "GPU 0 of n1 (H100) still waits for it (state 2: 1 not begun, 2 under way).",
        bad="2",
        good="3",
        others=("1",),
        before="24m",
        at="27m",
    ),
    "GPUPcieReplays": counter(
        "pcie_replays:total",
        "0+9x60 540x60",
        "0+7x200",
        "9 retries a minute on GPU 0 of n1 (H100).",
        before="8m",
        at="30m",
        over="72m",
        # A link of generation 5 may have four times as many, one of 8 lanes half as many.
        silent=(replays("0+30x200", generation=5, lanes=16),),
        also={
            "of generation 5": (replays("0+33x200", generation=5, lanes=16), "30m"),
            "of few lanes": (replays("0+5x200", generation=3, lanes=8), "30m"),
        },
    ),
    "GPUPcieDowngraded": Case(
        fires=pcie("8x60 16x30", "0.32x90"),
        before="12m",
        at="20m",
        over="62m",
        labels=WHOLE,
        says="GPU 0 of n1 (H100) runs at 8 (lanes, or generation) under load.",
        silent=(pcie("16x90", "0.9x90"), pcie("8x90", "0.28x90")),
        also={"by generation": (pcie("16x90", "0.4 0.9x90", generation="3x90"), "20m")},
    ),
    "GPUHung": Case(
        fires={f"gpu:hung:bool{{{HERE}}}": "0x9 1x20 0x20"},
        before="11m",
        at="13m",
        over="31m",
        labels=NODE_GPU,
        says="A read of GPU 0 of n1 hangs.",
        silent=({f"gpu:hung:bool{{{HERE}}}": "0x9 1x0 0x60"},),
    ),
}

BOARDS = {
    "GPUCountBelowExpected": Case(
        fires=count("8x30 7x1500"),
        before="33m",
        at="40m",
        over="25h",
        labels={"node": "n1"},
        says="n1 has 7 GPUs.",
        every=120,
        silent=(count("8x1600"), count("7x30 8x1570"), count("8x30"), count("8x30 7x1 8x1570")),
    ),
    "GPUPowerBrake": flag(
        "throttled_power_brake:ratio",
        "GPU 0 of n1 (H100) is slowed by an external power brake: look at the node's power "
        "supplies.",
        bad="0.012",
        good="0.009",
        before="11m",
        at="13m",
    ),
    "GPUInforomCorrupt": flag(
        "inforom_valid:bool",
        "GPU 0 of n1 (H100): its records of errors and of its identity cannot be trusted.",
        bad="0",
        good="1",
        before="24m",
        at="26m",
    ),
    "GPURecoveryActionNeeded": flag(
        "recovery_action:code", "GPU 0 of n1 (H100) asks for recovery action 1."
    ),
}

CASES = {
    "GPUFallenOffBus": off_the_bus(),
    "GPUXidNeedsReboot": xid("54", "79", seen("54")),
    "GPUXidNeedsReset": xid("48", "31", seen("48")),
    "GPUXidToDecode": xid("154", "48", seen("154")),
    "GPUXidApplication": xid("31", "43000", seen("31"), over="31m"),
    "GPUXidUnusual": xid("63", "31", seen("63"), over="31m"),
    **MEMORY,
    **LINKS,
    **BOARDS,
}


@needed
@pytest.mark.parametrize("name", ALERTS)
def test_alert(name: str, tmp_path: Path) -> None:
    play(ALERTS[name], CASES[name], tmp_path)


def test_a_code_that_is_not_in_the_catalogue_is_looked_at(tmp_path: Path) -> None:
    unknown = xid("999", "0", seen("999"), over="31m")
    play(ALERTS["GPUXidUnusual"], unknown, tmp_path)
