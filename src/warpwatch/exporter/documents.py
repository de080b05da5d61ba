"""Files that are made from the code: rendered here, committed, and held up to date by the check."""

from collections.abc import Mapping

from warpwatch.expo.text import Family
from warpwatch.exporter.flags import FLAGS, Flag
from warpwatch.exporter.listing import RELOAD
from warpwatch.exporter.own import FAMILIES
from warpwatch.fields import tables

COMMAND = "warpwatch fields render"


def files() -> Mapping[str, str]:
    """Path below the root of the repository → content."""
    lists = {f"deploy/generated/{name}": text for name, text in tables.csv_files().items()}
    return {"docs/metrics.md": _metrics(), "docs/exporter-flags.md": _flags(), **lists}


def _metrics() -> str:
    own = [_row(family) for family in (*(entry.family for entry in FAMILIES), RELOAD)]
    return "\n".join(
        (
            "# Metrics",
            "",
            f"Rendered from the catalogue by `{COMMAND}`.",
            "",
            "## Our own families",
            "",
            "They stand beside the compatible ones on every page.",
            "",
            "| family | type | meaning |",
            "|---|---|---|",
            *own,
            "",
            tables.metrics_table().strip(),
            "",
        )
    )


def _row(family: Family) -> str:
    return f"| `{family.name}` | {family.type} | {_cell(family.help)} |"


def _flags() -> str:
    return "\n".join(
        (
            "# Flags of the exporter",
            "",
            f"Rendered from the code by `{COMMAND}`.",
            "Flags win over environment variables, and those over defaults.",
            "A switch may be written `--flag` or `--flag=false`.",
            "",
            "| flag | environment | default | meaning |",
            "|---|---|---|---|",
            *map(_flag, FLAGS),
            "",
        )
    )


def _flag(flag: Flag) -> str:
    names = ", ".join(f"`{name}`" for name in flag.names)
    default = str(flag.default).lower() if isinstance(flag.default, bool) else str(flag.default)
    note = f" Accepted without effect: {flag.idle}." if flag.idle else ""
    env = f"`{flag.env}`" if flag.env else ""
    return f"| {names} | {env} | {_cell(default)} | {_cell(flag.help + note)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
