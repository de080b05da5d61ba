"""What a start costs, said as what it imports: times belong to bench/."""

import json
import os
import subprocess
import sys

PROBE = """
import json, runpy, sys
sys.argv = ["warpwatch", *sys.argv[1:]]
try:
    runpy.run_module("warpwatch", run_name="__main__")
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

EXPORTER = """
import json, sys
from warpwatch import config
from warpwatch.app import exporter
from warpwatch.clock import SystemClock
from warpwatch.exporter.service import Exporter
settings = config.exporter({"source": "sim:1xH100", "collectors": ""}, {}).settings
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

THIRD_PARTIES = {"uvicorn", "h11", "click", "__mp_main__"}
"""What the exporter may bring into memory beside the standard library and itself."""

HEAVY = {"rich", "msgspec", "pynvml", "prometheus_client", "yaml", "bcrypt", "grpc", "httpx2"}


def modules(code: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONWARNINGS": "error"},
    )
    loaded: list[str] = json.loads(done.stderr.splitlines()[-1])
    return set(loaded)


def test_the_version_is_answered_before_anything_is_imported() -> None:
    loaded = modules(PROBE, "--version")
    assert "click" not in loaded
    assert {name for name in loaded if name.startswith("warpwatch.")} <= {"warpwatch.__main__"}
    assert "asyncio" not in loaded


def test_the_exporter_brings_only_what_it_needs() -> None:
    bare = modules("import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)")
    loaded = {name.partition(".")[0] for name in modules(EXPORTER) - bare}
    foreign = loaded - set(sys.stdlib_module_names) - {"warpwatch"}
    assert foreign <= THIRD_PARTIES
    assert not loaded & HEAVY
    assert "warpwatch.sources.sim" not in modules(EXPORTER)


def test_help_imports_no_command() -> None:
    loaded = modules(PROBE, "--help")
    commands = {name for name in loaded if name.startswith("warpwatch.cli.")}
    assert commands == {"warpwatch.cli.main", "warpwatch.cli.hints"}
