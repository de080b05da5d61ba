"""What must not be told is told nowhere: not in the log, on a page, in an error or in a dump."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

import apiserver
from machine import Machine
from proctree import process
from turmoil import PASSWORD, PODS, Node, page

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process
MARK = "S3CRET"
GROUP = "0::/system.slice/slurmstepd.scope/s6A3C0QW5T7M00/step_0/user/task_0"


def plant(node: Node) -> None:
    """A secret in every place that is read and that holds one in somebody's cluster."""
    node.api.tokens = {f"token-{MARK}"}
    node.token(f"token-{MARK}")
    item = apiserver.pod("train-x", team="red")
    item["metadata"]["annotations"] = {"key": f"annotation-{MARK}"}
    item["spec"] = {"containers": [{"env": [{"name": "KEY", "value": f"spec-{MARK}"}]}]}
    node.api.put(PODS, "ffffffff-1111-2222-3333-444444444444", item)
    line = f"/usr/bin/python3\0train.py\0--api-key={MARK}\0{MARK}\0".encode()
    environ = f"PASSWORD={MARK}\0SLURM_JOB_ID=77\0SLURM_JWT={MARK}\0".encode()
    process(node.folder / "proc", 1000, GROUP, line=line, environ=environ)


def test_no_secret_is_told_anywhere(machine: Machine, tmp_path: Path, until: Until) -> None:
    with Node(tmp_path, machine) as node:
        plant(node)
        dumps = tmp_path / "dumps"
        told = []
        flags = ("--debug", "--dump-enabled", "--dump-directory", str(dumps))
        with node.exporter(200, *flags) as it:
            until(lambda: 'hpc_job="77"' in page(it) and "train.py" in page(it))
            until(lambda: 'attribution_success{stage="pods"} 1' in page(it))
            until(lambda: dumps.exists() and bool(list(dumps.glob("*.gz"))))
            told += [page(it), page(it, "/")]
            told += [it.get(path).text for path in ("/metrics", "/", "/none")]
            told.append(it.get("/metrics", authorization=f"Basic {MARK}").text)
            for wrong in (f"basic_auth_users: {{u: {MARK}}}", f"{MARK}: 1\n{MARK}", f"[{MARK}"):
                (tmp_path / "web.yml").write_text(wrong)
                it.wait_for("the web configuration stays as it was")
                told.append(it.log())
                it.lines.clear()
            node.api.tokens = {"another"}
            node.api.cut()
            until(lambda: 'attribution_success{stage="pods"} 0' in page(it))
            told += [page(it), page(it, "/"), it.log()]
        told += [gzip.decompress(path.read_bytes()).decode() for path in dumps.glob("*.gz")]
        keys = (tmp_path / "localhost.key").read_text().splitlines()[1:-1]
    assert len(told) > 10
    for secret in (MARK, PASSWORD, "$2b$", *keys):
        assert [text for text in told if secret in text] == []
