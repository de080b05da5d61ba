"""warpwatch discovery: which GPUs there are, and what they can say."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from warpwatch.errors import Unreachable

_HOW = "run as root, or grant CAP_SYS_ADMIN to the service, to have what is refused"
_SHOWN = 3
"""Missing fields named in the table for each reason; JSON has them all."""


@click.command("discovery")
@click.option("--source", default="auto", show_default=True, help="As in warpwatch exporter.")
@click.option(
    "-o", "--output", type=click.Choice(("table", "json")), default="table", show_default=True
)
def command(source: str, output: str) -> None:
    """List GPUs, MIG instances and links, and which fields they give, which not, and why."""
    from warpwatch import config
    from warpwatch.app.discovery import discover

    found: Mapping[str, Any] = discover(source, config.hostname())
    if output == "json":
        click.echo(json.dumps(found, indent=2))
    elif not found["gpus"]:
        raise Unreachable(
            f"no GPUs: {found['source']['detail']}",
            hint=f"to look at simulated ones: {config.command()} discovery --source sim",
        )
    else:
        _print(found)


def _print(found: Mapping[str, Any]) -> None:
    source = found["source"]
    mark = "SIMULATED, " if source["simulated"] else ""
    number = len(found["gpus"])
    click.echo(f"{number} {'GPU' if number == 1 else 'GPUs'}; {mark}{source['detail']}")
    versions = (("driver", "driver"), ("NVML", "nvml"), ("CUDA", "cuda"))
    click.echo(", ".join(f"{name} {source[key]}" for name, key in versions if source.get(key)))
    for gpu in found["gpus"]:
        click.echo(f"\nGPU {gpu['gpu']}  {gpu['model']}")
        rows = [
            ("UUID", gpu["uuid"]),
            ("bus", gpu["pci_bus_id"]),
            ("serial", gpu.get("serial", "")),
            ("modes", _modes(gpu["modes"])),
            ("events", _names([str(kind) for kind in gpu["events"]])),
            ("NVLinks", f"{gpu['links_up']} of {gpu['links']} up" if gpu["links"] else ""),
            *(("over NVLink", f"{said}: GPU {', '.join(to)}") for said, to in _peers(gpu["peers"])),
            *(row for part in gpu["instances"] for row in _tree(part)),
            ("fields", f"{len(gpu['given'])} given"),
            *((reason, _names(names)) for reason, names in gpu["missing"].items()),
            ("permission", _HOW if gpu["forbidden"] else ""),
        ]
        if gpu["failure"]:
            rows.append(("failure", gpu["failure"]))
        for name, text in rows:
            if text:
                click.echo(f"  {name:<16} {text}")


def _tree(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A GPU instance, and under it its compute instances, which are what the UUIDs are of."""
    yield "MIG", f"{part['id']}: {part['profile']}"
    for each in part["computes"]:
        yield "  compute", f"{each['id']}: {each['profile']}  {each['uuid']}"


def _modes(modes: Mapping[str, bool]) -> str:
    told = ((name if name == "persistence" else name.upper(), on) for name, on in modes.items())
    return ", ".join(f"{name} {'on' if on else 'off'}" for name, on in told)


def _peers(peers: list[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    by_status: dict[str, list[str]] = {}
    for peer in peers:
        by_status.setdefault(peer["said"], []).append(str(peer["gpu"]))
    return list(by_status.items())


def _names(names: list[str]) -> str:
    first = ", ".join(name.removeprefix("DCGM_FI_") for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)}: {first}{more}"
