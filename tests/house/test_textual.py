"""Textual costs half a second and 12 MB: one file knows it, and only `top` loads that."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "warpwatch"
LIVE = SOURCE / "terminal" / "live.py"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_one_file_knows_textual() -> None:
    knowing = {
        path
        for path in SOURCE.rglob("*.py")
        if any(name.partition(".")[0] in {"textual", "rich"} for name in imported(path))
    }
    assert knowing == {LIVE}


def test_it_is_loaded_where_top_is_drawn_and_nowhere_else() -> None:
    wanted = "warpwatch.terminal.live"
    loading = {path for path in SOURCE.rglob("*.py") if wanted in imported(path)}
    assert loading == {SOURCE / "app" / "terminal.py"}
    top_level = ast.parse((SOURCE / "app" / "terminal.py").read_text()).body
    assert not any(
        isinstance(node, ast.ImportFrom) and "live" in ast.unparse(node) for node in top_level
    )
