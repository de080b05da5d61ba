"""Programs out of an archive that the user names, whose content they know by its SHA-256."""

import hashlib
import os
import shutil
import tarfile
import tempfile
import urllib.request
from pathlib import Path
from typing import Annotated

import msgspec

from warpwatch.errors import InputError, Unreachable

PATIENCE = 60.0
_PIECE = 1 << 20


class Archive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    """A .tar.gz file as the projects publish it: path or https address."""
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$")]


def unpack(archive: Archive, commands: tuple[str, ...], into: Path) -> Path:
    """The program, whichever of these names it has; unpacked once."""
    home = into / archive.sha256.lower()
    found = _program(home, commands)
    if found is not None:
        return found
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=into) as folder:
        file = Path(folder, "archive")
        _fetch(archive.source, file)
        _check(archive, file)
        home.mkdir(exist_ok=True)
        _extract(archive, file, commands, home)
    found = _program(home, commands)
    if found is None:
        raise InputError(archive.source, f"holds no program called {' or '.join(commands)}")
    return found


def _program(home: Path, commands: tuple[str, ...]) -> Path | None:
    return next((home / name for name in commands if (home / name).is_file()), None)


def _fetch(source: str, file: Path) -> None:
    if "://" not in source:
        try:
            shutil.copyfile(source, file)
        except OSError as error:
            raise InputError(source, f"cannot be read: {error.strerror}") from error
        return
    if not source.startswith("https://"):
        raise InputError(source, "is neither a file nor an https address")
    try:
        with (
            urllib.request.urlopen(source, timeout=PATIENCE) as answer,  # noqa: S310  https
            file.open("wb") as out,
        ):
            shutil.copyfileobj(answer, out)
    except OSError as error:
        raise Unreachable(
            f"{source}: {error}", hint="fetch it by hand and name the file"
        ) from error


def _check(archive: Archive, file: Path) -> None:
    hashed = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            hashed.update(piece)
    if hashed.hexdigest() != archive.sha256.lower():
        raise InputError(
            archive.source,
            f"has the SHA-256 {hashed.hexdigest()}, not {archive.sha256}",
            hint="compare with sha256sums.txt where it was published",
        )


def _extract(archive: Archive, file: Path, commands: tuple[str, ...], home: Path) -> None:
    """Only programs of these names, wherever in the archive they are: no path of it counts."""
    try:
        with tarfile.open(file) as tar:
            for member in tar:
                name = os.path.basename(member.name)  # noqa: PTH119  of a path that is none here
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None and name in commands:
                    with (home / f".{name}").open("wb") as out:
                        shutil.copyfileobj(content, out)
                    (home / f".{name}").chmod(0o700)
                    (home / f".{name}").rename(home / name)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(archive.source, f"is no archive that tar can read: {error}") from error
