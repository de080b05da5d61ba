"""Rows as people and programs read them: in columns, as JSON, as CSV."""

import csv
import io
import json
from collections.abc import Mapping, Sequence

import click

FORMS = ("table", "json", "csv")
WIDE = ("table", "wide", "json", "csv")

Row = Mapping[str, str]

form = click.option("-o", "--output", type=click.Choice(FORMS), default="table", show_default=True)
wide_form = click.option(
    "-o", "--output", type=click.Choice(WIDE), default="table", show_default=True
)


def show(rows: Sequence[Row], columns: Sequence[str], output: str, nothing: str) -> None:
    """`nothing` is what a table without rows says, and is no data."""
    if output == "json":
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False))
    elif output == "csv":
        click.echo(separated(rows, columns), nl=False)
    elif rows:
        for line in lines(rows, columns):
            click.echo(line)
    else:
        click.echo(nothing, err=True)


def lines(rows: Sequence[Row], columns: Sequence[str]) -> Sequence[str]:
    """Under their heads, as kubectl has them."""
    table = [[name.upper() for name in columns]]
    table += [[row.get(name, "") or "-" for name in columns] for row in rows]
    return aligned(table)


def aligned(table: Sequence[Sequence[str]]) -> Sequence[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in table
    ]


def separated(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
