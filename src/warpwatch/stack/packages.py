"""Programs out of Debian's and Ubuntu's packages, without installing them and without root."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warpwatch.errors import Unreachable
from warpwatch.stack.command import Done, ask

PATIENCE = 180.0


async def unpack(package: str, into: Path, path: str) -> Path:
    """The root of the package's files; `path` is where apt's and dpkg's programs are."""
    apt, dpkg = (shutil.which(name, path=path) for name in ("apt-get", "dpkg-deb"))
    if apt is None or dpkg is None:
        raise Unreachable("apt-get and dpkg-deb are not on PATH, so no package can be fetched")
    with _workshop(into) as here:
        fetched = await _fetch(apt, package, here)
        archives = list(here.glob("*.deb"))
        if not archives:
            raise Unreachable(f"apt-get download {package}: {_last(fetched)}")
        root = here / "root"
        unpacked = await ask([dpkg, "-x", str(archives[0]), str(root)], patience=PATIENCE)
        if unpacked.code:
            raise Unreachable(f"dpkg-deb -x {archives[0].name}: {_last(unpacked)}")
        shutil.rmtree(into / package, ignore_errors=True)
        return root.rename(into / package)


@contextmanager
def _workshop(into: Path) -> Iterator[Path]:
    """Beside where the result goes, so that it appears there whole or not at all."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=into) as folder:
        yield Path(folder)


async def _fetch(apt: str, package: str, here: Path) -> Done:
    """By the machine's own lists of packages; where it has none, or old ones, by lists of ours."""
    done = await ask([apt, "download", package], cwd=here, patience=PATIENCE)
    if done.code == 0:
        return done
    lists = here / "lists"
    (lists / "partial").mkdir(parents=True)
    own = (f"-oDir::State::lists={lists}", f"-oDir::Cache={here}", "-oAPT::Sandbox::User=")
    updated = await ask([apt, *own, "update"], cwd=here, patience=PATIENCE)
    if updated.code:
        return updated
    return await ask([apt, *own, "download", package], cwd=here, patience=PATIENCE)


def _last(done: Done) -> str:
    lines = [line for line in done.text.splitlines() if line.startswith("E:")]
    return (lines or done.text.splitlines() or ["said nothing"])[-1].removeprefix("E: ")
