"""A program that goes on when its terminal is gone."""

import subprocess
from collections.abc import Sequence
from pathlib import Path


def start(words: Sequence[str], out: Path) -> "subprocess.Popen[bytes]":
    """What it says before it keeps a log of its own goes to a file, for whoever looks for it."""
    with out.open("wb") as file:
        return subprocess.Popen(  # noqa: S603  this program itself
            words,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
