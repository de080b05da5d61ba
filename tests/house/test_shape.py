"""The shape of the house: sizes, names, who may touch what, and that no imports go in circles."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "warpwatch"
MODULES = sorted(SOURCE.rglob("*.py"))
VAGUE = {"utils", "helpers", "common", "misc", "types", "const", "constants", "manager", "base_"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 50


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_files_are_small_and_named_after_something(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400
    assert path.stem not in VAGUE


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 50
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_why_it_exists(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


FORBIDDEN = {
    # what is called → where it may be
    r"^os\.(environ|getenv)$": ("config/",),
    r"^time\.(time|time_ns|monotonic|monotonic_ns|sleep)$": ("clock.py",),
    r"^datetime(\.datetime)?\.(now|utcnow|today)$": ("clock.py",),
    r"^asyncio\.sleep$": ("clock.py",),
    r"^sys\.exit$": ("__main__.py", "cli/"),
    r"^subprocess$": ("stack/",),
}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_what_only_some_rooms_may_touch(pattern: str) -> None:
    allowed = FORBIDDEN[pattern]
    trespassers = [
        f"{name(path)}: {used}"
        for path in MODULES
        if not str(path.relative_to(SOURCE)).startswith(allowed)
        for used in _used(ast.parse(path.read_text()))
        if re.match(pattern, used)
    ]
    assert trespassers == []


def _used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module


def test_no_imports_go_in_circles_lazy_ones_included() -> None:
    graph = grimp.build_graph("warpwatch", cache_dir=None)
    modules = graph.modules
    circles = [
        f"{module} → … → {module}"
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module) & modules
        if graph.find_shortest_chain(importer=imported, imported=module)
    ]
    assert circles == []


MARKS = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b|pragma: n[o] cover")
"""Brackets keep the pattern from being one of them."""


def test_nothing_is_left_for_later() -> None:
    files = [*MODULES, ROOT / "run", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert [name(path) for path in files if MARKS.search(path.read_text())] == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"]
)
def test_locks_hold_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    assert "click" in pins
    assert "://" not in text
    assert "index-url" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in block, block


def test_the_lock_of_users_is_part_of_the_lock_of_developers() -> None:
    users, developers = (
        set(re.findall(r"^[\w.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert users <= developers
    # Seven of them are of the screen of `top`.
    assert len(users) <= 23
