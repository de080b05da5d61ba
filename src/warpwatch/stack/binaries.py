"""Where a program is found: as the user named it, on PATH, in the cache, in packages."""

import asyncio
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warpwatch.errors import Unreachable, WarpwatchError
from warpwatch.stack import archive, packages
from warpwatch.stack.archive import Archive
from warpwatch.stack.command import ask
from warpwatch.stack.tools import Tool
from warpwatch.stack.version import Version, parse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Binary:
    tool: Tool
    path: Path
    version: Version
    root: Path | None = None
    """Of the package that it was unpacked from: what it looks for under / is there."""

    def require(self, oldest: Version, what: str) -> None:
        """Refuses what this version cannot do, with the reason."""
        if self.version < oldest:
            raise WarpwatchError(
                f"{what}: {self.tool.name} can do that from {oldest} on, and {self.path} is "
                f"{self.version}",
                hint=f"name a newer one in warpwatch.toml under [stack.archives.{self.tool.name}]",
            )


@dataclass(frozen=True, slots=True)
class Finder:
    cache: Path
    path: str
    archives: Mapping[str, Archive] = field(default_factory=dict)
    download: bool = True

    async def find(self, tool: Tool) -> Binary:
        """A program that runs and is new enough; else what was looked at, and what to do next."""
        named = self.archives.get(tool.name)
        if named is not None:
            unpacked = await asyncio.to_thread(archive.unpack, named, tool.commands, self.cache)
            return await self._known(tool, unpacked)
        found = self.here(tool)
        if found is not None:
            root = self.cache / tool.package
            return await self._known(tool, found, root if found.is_relative_to(root) else None)
        if not tool.package or not self.download:
            raise self._missing(tool, "")
        log.info("%s is not on PATH; fetching the package %s", tool.name, tool.package)
        try:
            await packages.unpack(tool.package, self.cache, self.path)
        except WarpwatchError as error:
            raise self._missing(tool, error.message) from error
        found = self.here(tool)
        if found is None:
            raise self._missing(tool, f"the package {tool.package} does not hold it")
        return await self._known(tool, found, self.cache / tool.package)

    def here(self, tool: Tool) -> Path | None:
        """Without fetching anything."""
        for folder in (self.path, str(self.cache / tool.package / "usr" / "bin")):
            for name in tool.commands:
                if found := shutil.which(name, path=folder):
                    return Path(found)
        return None

    async def _known(self, tool: Tool, path: Path, root: Path | None = None) -> Binary:
        said = await ask([str(path), "--version"])
        version = parse(said.text)
        if said.code or version is None:
            first = (said.text.splitlines() or ["nothing"])[0]
            raise WarpwatchError(
                f"{path} --version says no version, but: {first}", hint=_next_step(tool)
            )
        binary = Binary(tool, path, version, root)
        binary.require(tool.oldest, tool.since)
        return binary

    def _missing(self, tool: Tool, tried: str) -> Unreachable:
        looked = f"{tool.name} is neither on PATH nor in {self.cache}"
        return Unreachable(f"{looked}{'; ' if tried else ''}{tried}", hint=_next_step(tool))


def _next_step(tool: Tool) -> str:
    by_archive = f"name an archive in warpwatch.toml under [stack.archives.{tool.name}]"
    if not tool.package:
        return by_archive
    return f"apt-get install --no-install-recommends {tool.package}, or {by_archive}"
