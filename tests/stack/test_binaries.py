"""Where programs are found, and what is said when they are not."""

import asyncio
import hashlib
import tarfile
from pathlib import Path

import pytest

from warpwatch.errors import InputError, Unreachable, WarpwatchError
from warpwatch.stack.archive import Archive
from warpwatch.stack.binaries import Binary, Finder
from warpwatch.stack.tools import ALERTMANAGER, GRAFANA, PROMETHEUS, Tool
from warpwatch.stack.version import Version


def program(file: Path, says: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{says}\n")
    file.chmod(0o755)
    return file


def says(version: str) -> str:
    return f"echo 'it, version {version} (branch: x)'"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


@pytest.fixture
def finder(tmp_path: Path, path: Path) -> Finder:
    return Finder(tmp_path / "cache", str(path))


def find(finder: Finder, tool: Tool) -> Binary:
    return asyncio.run(finder.find(tool))


def test_on_path_it_is_found_under_either_name(finder: Finder, path: Path) -> None:
    there = program(path / "prometheus-alertmanager", says("0.25.0"))
    found = find(finder, ALERTMANAGER)
    assert (found.path, found.version, found.root) == (there, Version(0, 25), None)


def test_one_that_is_too_old_is_refused_with_what_it_lacks(finder: Finder, path: Path) -> None:
    program(path / "prometheus", says("2.41.0"))
    with pytest.raises(WarpwatchError, match=r"keep_firing_for.*from 2\.42\.0 on.*is 2\.41\.0"):
        find(finder, PROMETHEUS)


def test_one_that_does_not_run_is_told_of_in_its_own_words(finder: Finder, path: Path) -> None:
    program(path / "prometheus", "echo cannot execute; exit 1")
    with pytest.raises(WarpwatchError, match="says no version, but: cannot execute"):
        find(finder, PROMETHEUS)


def apt(path: Path, download: str) -> None:
    """An apt-get that brings a text for a package, and a dpkg-deb that makes a program of it."""
    program(path / "apt-get", f'case "$*" in *update*) exit 0;; esac\n{download}')
    program(
        path / "dpkg-deb",
        'PATH=/usr/bin:/bin; mkdir -p "$3/usr/bin"; cp "$2" "$3/usr/bin/prometheus"',
    )


def test_a_package_is_fetched_once_and_found_again(finder: Finder, path: Path) -> None:
    script = says("2.53.3+ds").replace("'", '"')
    apt(path, f"printf '%s\\n' '#!/bin/sh' '{script}' > prometheus_2.deb; /bin/chmod 755 *.deb")
    found = find(finder, PROMETHEUS)
    assert found.version == Version(2, 53, 3)
    assert found.path == finder.cache / "prometheus" / "usr" / "bin" / "prometheus"
    assert found.root == finder.cache / "prometheus"
    apt(path, "exit 100")
    assert find(finder, PROMETHEUS) == found
    assert [file.name for file in finder.cache.iterdir()] == ["prometheus"]


def test_without_a_network_the_reason_and_the_next_step_are_told(
    finder: Finder, path: Path
) -> None:
    apt(path, "echo 'E: Unable to locate package prometheus'; exit 100")
    with pytest.raises(Unreachable, match="Unable to locate package") as caught:
        find(finder, PROMETHEUS)
    assert caught.value.hint.startswith("apt-get install --no-install-recommends prometheus, or")
    assert list(finder.cache.iterdir()) == []


def test_where_there_is_no_apt_that_is_told(finder: Finder) -> None:
    with pytest.raises(Unreachable, match="apt-get and dpkg-deb are not on PATH"):
        find(finder, PROMETHEUS)


def test_nothing_is_fetched_that_was_not_to_be(tmp_path: Path, path: Path) -> None:
    apt(path, f"touch {tmp_path}/asked")
    with pytest.raises(Unreachable, match="is neither on PATH nor in"):
        find(Finder(tmp_path / "cache", str(path), download=False), PROMETHEUS)
    with pytest.raises(Unreachable, match="grafana is neither"):
        find(Finder(tmp_path / "cache", str(path)), GRAFANA)
    assert not (tmp_path / "asked").exists()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    inside = program(tmp_path / "prometheus-9.9.9" / "prometheus", says("9.9.9"))
    file = tmp_path / "prometheus.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(inside, "prometheus-9.9.9/prometheus")
        tar.add(inside, "../outside")
    return Archive(str(file), hashlib.sha256(file.read_bytes()).hexdigest())


def with_archive(finder: Finder, archive: Archive) -> Finder:
    return Finder(finder.cache, finder.path, {"prometheus": archive})


def test_an_archive_that_the_user_names_wins(
    finder: Finder, path: Path, archive: Archive, tmp_path: Path
) -> None:
    program(path / "prometheus", says("2.42.0"))
    found = find(with_archive(finder, archive), PROMETHEUS)
    assert found.version == Version(9, 9, 9)
    assert found.path.is_relative_to(finder.cache)
    assert not (tmp_path / "outside").exists()
    Path(archive.source).unlink()
    assert find(with_archive(finder, archive), PROMETHEUS) == found


def test_an_archive_of_another_sum_is_not_opened(finder: Finder, archive: Archive) -> None:
    with pytest.raises(InputError, match="has the SHA-256") as caught:
        find(with_archive(finder, Archive(archive.source, "ab" * 32)), PROMETHEUS)
    assert "sha256sums.txt" in caught.value.hint
    assert not list(finder.cache.rglob("prometheus"))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("/nowhere/a.tar.gz", "cannot be read"), ("http://x/a.tar.gz", "neither a file nor an https")],
)
def test_an_archive_that_is_not_there_is_told_of(
    finder: Finder, source: str, complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        find(with_archive(finder, Archive(source, "00")), PROMETHEUS)


def test_an_archive_without_the_program_is_told_of(finder: Finder, archive: Archive) -> None:
    other = Finder(finder.cache, finder.path, {"alertmanager": archive})
    with pytest.raises(InputError, match="holds no program called alertmanager or prometheus-al"):
        find(other, ALERTMANAGER)
