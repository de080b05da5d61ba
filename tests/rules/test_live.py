"""The rules in a real Prometheus, on the page of the real exporter."""

from pathlib import Path

import pytest

import newer
from newer import GENERATIONS
from process import program, run
from promserver import prometheus
from warpwatch.expo.parse import parse
from warpwatch.rules.normalise import NEUTRAL
from warpwatch.rules.render import Options, rendered

pytestmark = [pytest.mark.process, pytest.mark.binaries]
COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "warpwatch-counters.csv"
SOURCE = ("--source", "sim:2xH100", "-a", "127.0.0.1:0", "--collectors", str(COUNTERS))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_the_simulator_gives_is_there_and_an_xid_fires(
    tmp_path: Path, runtime: dict[str, str], generation: str
) -> None:
    binary = newer.program(generation, "prometheus")
    for name, text in rendered(Options(hurry=60)):
        (tmp_path / name).write_text(text)
    rules = ", ".join(str(path) for path in tmp_path.glob("*.yaml"))
    with program("exporter", *SOURCE, env=runtime) as it:
        discovery = f"static_configs: [{{targets: ['{it.url.removeprefix('http://')}']}}]"
        with prometheus(tmp_path, discovery, rules, binary=binary) as server:
            server.wait("count(gpu:source:info)", "2")
            given = {sample.name for sample in parse(it.get("/metrics").text).samples}
            expected = {
                neutral.series
                for neutral in NEUTRAL
                if any(field.name in given for field in neutral.fields)
                or (neutral.added and {field.name for field in neutral.added} <= given)
            }
            assert len(expected) > 40
            names = "|".join(expected)
            server.wait(f'count(count by (__name__) ({{__name__=~"{names}"}}))', str(len(expected)))
            server.wait("count(gpu:nvlinks_up:count == 18)", "2")
            server.wait("cluster:gpus:count", "2")
            off_the_bus = 'count(ALERTS{alertname="GPUFallenOffBus", alertstate="firing"})'
            assert not server.query(off_the_bus)
            done = run("sim", "inject", "xid", "code=79", "--gpu", "1", env=runtime)
            assert done.returncode == 0, done.stderr
            server.wait(off_the_bus, "1")
            (alert,) = server.query('ALERTS{alertname="GPUFallenOffBus"}')
            assert alert["metric"]["gpu"] == "1"
            assert server.complaints() == []
