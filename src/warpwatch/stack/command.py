"""Programs that end by themselves, asked for what they have to say."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    text: str
    """Of both streams, as they came."""


async def ask(words: Sequence[str], cwd: Path | None = None, patience: float = PATIENCE) -> Done:
    """Never raises: a program that is not there, or does not end, has said so instead."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=cwd, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
    except OSError as error:
        return Done(127, f"{words[0]}: {error.strerror}")
    try:
        async with asyncio.timeout(patience):
            said, _ = await process.communicate()
    except TimeoutError:
        return Done(124, f"{words[0]}: no end after {patience:.0f} s")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return Done(process.returncode or 0, said.decode(errors="replace").strip())
