"""Files that commands write where they were told to."""

from pathlib import Path

import click

from warpwatch.errors import InputError


def write(path: Path, text: str) -> None:
    """And its name on standard output, for whatever comes next."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}") from error
    click.echo(path)
