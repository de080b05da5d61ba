"""warpwatch discovery: which GPUs there are, and what they can say."""

import json
from collections.abc import Mapping
from typing import Any

import click

from warpwatch.errors import Unreachable

_SHOWN = 6
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
    click.echo(f"{len(found['gpus'])} GPUs; {mark}{source['detail']}, driver {source['driver']}")
    for gpu in found["gpus"]:
        click.echo(f"\nGPU {gpu['gpu']}  {gpu['model']}")
        rows = [
            ("UUID", gpu["uuid"]),
            ("bus", gpu["pci_bus_id"]),
            ("serial", gpu.get("serial", "")),
            ("links", str(gpu["links"]) if gpu["links"] else ""),
            *(
                ("MIG", f"{part['id']}: {part['profile']}  {part['uuid']}")
                for part in gpu["instances"]
            ),
            ("fields", f"{len(gpu['given'])} given"),
            *((reason, _names(names)) for reason, names in gpu["missing"].items()),
        ]
        if gpu["failure"]:
            rows.append(("failure", gpu["failure"]))
        for name, text in rows:
            if text:
                click.echo(f"  {name:<12} {text}")


def _names(names: list[str]) -> str:
    first = ", ".join(name.removeprefix("DCGM_FI_") for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{len(names)}: {first}{more}"
