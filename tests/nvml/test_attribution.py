"""Whose GPU is it: the program over a driver, a kubelet, an API server, a scheduler's traces.

Each situation has its page; rewritten by `./run test tests/nvml/test_attribution.py --rewrite`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import apiserver
import kubelet
from apiserver import ApiServer
from certificates import Authority
from kubelet import Kubelet, pod
from machine import Machine
from process import Program, program
from proctree import process
from warpwatch.clients.kubelet.wire import Claim
from warpwatch.expo.parse import parse

Until = Callable[[Callable[[], bool]], None]
pytestmark = pytest.mark.process

GOLDEN = Path(__file__).parents[1] / "golden" / "attribution"
PODS, SLICES = "/api/v1/pods", "/apis/resource.k8s.io/v1/resourceslices"
ZERO, ONE = "GPU-00000000", "GPU-00000001"
GIB = 1 << 30
COUNTERS = """
DCGM_FI_DEV_GPU_UTIL, gauge, Utilisation
DCGM_FI_DEV_FB_USED, gauge, Used memory
DCGM_FI_DEV_POWER_USAGE, gauge, Power
DCGM_EXP_XID_ERRORS_COUNT, gauge, XIDs
"""
_SHOWN = re.compile(r"^(DCGM_|warpwatch_(workload|attribution_success))")


def uid(letter: str) -> str:
    return f"{letter * 8}-1111-2222-3333-444444444444"


def in_pod(letter: str) -> str:
    return f"0::/kubepods/burstable/pod{uid(letter)}/{'0123456789abcdef' * 4}"


@dataclass
class Node:
    """A machine with a driver, and all who may be asked about it."""

    folder: Path
    machine: Machine
    kubelet: Kubelet
    api: ApiServer
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    shares: dict[str, dict[int, int]] = field(default_factory=dict)
    stamp: int = 0

    def busy(self, gpu: str, *pids: tuple[int, int, int]) -> None:
        """Processes on a GPU or on an instance, each with its memory and its share in percent."""
        listed = " ".join(f"{number} {memory} -1" for number, memory, _ in pids)
        self.machine.say({f"{gpu}.nvmlDeviceGetComputeRunningProcesses_v3": listed})
        self.shares[gpu] = {number: share for number, _, share in pids}

    def tick(self) -> None:
        """The driver takes another sample of each process."""
        self.stamp += 1000
        for gpu, shares in self.shares.items():
            told = " ".join(f"{number} {self.stamp} {share}" for number, share in shares.items())
            self.machine.say({f"{gpu}.nvmlDeviceGetProcessUtilization": told})

    def process(self, pid: int, *cgroup: str, environ: bytes = b"", user: int = 0) -> None:
        process(self.folder / "proc", pid, *cgroup, environ=environ, uid=user)

    def pod_object(self, name: str, letter: str, **labels: str) -> None:
        self.api.put(PODS, uid(letter), apiserver.pod(name, **labels))


@pytest.fixture
def node(machine: Machine, tmp_path: Path) -> Iterator[Node]:
    machine.gpus(2)
    (tmp_path / "proc").mkdir()
    (tmp_path / "few.csv").write_text(COUNTERS)
    authority = Authority(tmp_path, "ca")
    account = tmp_path / "account"
    account.mkdir()
    (account / "ca.crt").write_bytes(authority.cert.read_bytes())
    (account / "token").write_text("token")
    api = ApiServer(collections={PODS: {}, SLICES: {}}, tokens={"token"})
    daemon = Kubelet(tmp_path / "kubelet.sock")
    it = Node(tmp_path, machine, daemon, api)
    with ExitStack() as stack:
        stack.enter_context(kubelet.serving(daemon))
        identity = authority.vouch("127.0.0.1", "127.0.0.1")
        stack.enter_context(apiserver.serving(api, identity))
        it.arguments = [
            "exporter", "-a", "127.0.0.1:0", "-c", "200", "-f", str(tmp_path / "few.csv"),
            "--pod-resources-kubelet-socket", str(daemon.path),
            "--path-procfs", str(tmp_path / "proc"),
        ]  # fmt: skip
        it.environment = machine.environment | {
            "NODE_NAME": "n1",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(api.port),
            "WARPWATCH_SERVICE_ACCOUNT": str(account),
        }
        yield it


def shown(it: Program) -> str:
    """The lines that say whose work it is, and how it is known."""
    text = it.get("/metrics").text
    return "".join(f"{line}\n" for line in text.splitlines() if _SHOWN.match(line))


def settled(
    node: Node,
    *arguments: str,
    until: Until,
    ready: Callable[[str], bool],
    name: str,
    rewrite: bool,
) -> None:
    seen: list[str] = []

    def complete() -> bool:
        node.tick()
        seen.append(shown(it))
        return ready(seen[-1])

    node.tick()
    with program(*node.arguments, *arguments, env=node.environment) as it:
        until(complete)
        parse(it.get("/metrics").text)
    text = seen[-1]
    golden = GOLDEN / f"{name}.metrics"
    if rewrite:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()


def test_pods_with_whole_gpus(node: Node, until: Until, *, rewrite: bool) -> None:
    node.kubelet.pods = (pod("train-0", ZERO, namespace="ml", container="worker"),)
    node.machine.say({"0.xids": "31", "1.xids": "13"})
    settled(
        node, "-k", until=until, ready=lambda t: 'pod="train-0"' in t,
        name="pods", rewrite=rewrite,
    )  # fmt: skip


def test_gpus_that_are_handed_out_under_other_names_are_known_by_them(
    node: Node, until: Until
) -> None:
    node.kubelet.pods = (
        pod("train-0", ZERO, resource="example.com/h100"),
        pod("train-1", ONE, resource="example.com/other"),
    )
    names = ("-k", "--nvidia-resource-names", "example.com/gpu,example.com/h100")
    with program(*node.arguments, *names, env=node.environment) as it:

        def pods() -> list[str]:
            found = parse(it.get("/metrics").text).named("DCGM_FI_DEV_POWER_USAGE")
            return [sample.labels["pod"] for sample in found]

        until(lambda: pods() == ["train-0", ""])


def test_labels_and_uids_of_pods(node: Node, until: Until, *, rewrite: bool) -> None:
    node.kubelet.pods = (pod("train-0", ZERO), pod("train-1", "nvidia1"))
    node.pod_object("train-0", "a", **{"app.kubernetes.io/name": "llm", "team": "red"})
    node.pod_object("train-1", "b", team="blue", gpu="not mine", other="no")
    settled(
        node, "-k", "--kubernetes-enable-pod-labels", "--kubernetes-enable-pod-uid",
        "--kubernetes-pod-label-allowlist-regex", "^app.kubernetes,^team$,^gpu$",
        until=until, ready=lambda t: uid("a") in t and uid("b") in t,
        name="pod-labels", rewrite=rewrite,
    )  # fmt: skip


def test_a_mixed_node_of_a_whole_gpu_and_mig_instances(
    node: Node, until: Until, *, rewrite: bool
) -> None:
    node.machine.divide(1)
    part = "nvidia.com/mig-3g.40gb"
    node.kubelet.pods = (
        pod("whole", ZERO),
        pod("by-uuid", "MIG-00010001", resource=part),
        pod("legacy", f"MIG-{ONE}/9/0", resource="nvidia.com/mig-1g.10gb"),
    )
    settled(
        node, "-k", until=until, ready=lambda t: 'pod="legacy"' in t and 'pod="whole"' in t,
        name="mixed-mig", rewrite=rewrite,
    )  # fmt: skip


def share(node: Node) -> None:
    """Three pods on the first GPU, of which the third has no process."""
    node.kubelet.pods = tuple(
        pod(f"pod-{letter}", f"{ZERO}::{number}") for number, letter in enumerate("abc")
    )
    for letter in "abc":
        node.pod_object(f"pod-{letter}", letter)
    node.busy("0", (1, 2 * GIB, 30), (2, GIB, 10), (3, 5 * GIB, 40))
    node.process(1, in_pod("a"))
    node.process(2, in_pod("a"))
    node.process(3, in_pod("b"))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("shared", ()),
        ("shared-virtual", ("--kubernetes-virtual-gpus",)),
        ("shared-info", ("--kubernetes-virtual-gpus", "--workload-labels", "info")),
    ],
)
def test_pods_that_share_a_gpu(
    name: str, arguments: tuple[str, ...], node: Node, until: Until, *, rewrite: bool
) -> None:
    share(node)

    def ready(text: str) -> bool:
        if not arguments:
            return 'pod="pod-c"' in text
        return len(re.findall(r"sm_ratio.* 0\.4$", text, re.MULTILINE)) == 2

    settled(
        node, "-k", *arguments, until=until, ready=ready, name=name, rewrite=rewrite
    )  # fmt: skip


def test_mig_instances_that_are_shared(node: Node, until: Until, *, rewrite: bool) -> None:
    node.machine.divide(0)
    node.kubelet.pods = tuple(
        pod(f"pod-{letter}", f"MIG-00000001::{number}", resource="nvidia.com/mig-3g.40gb")
        for number, letter in enumerate("ab")
    )
    for letter in "ab":
        node.pod_object(f"pod-{letter}", letter)
    node.busy("0/0", (1, 2 * GIB, 0))
    node.process(1, in_pod("a"))
    settled(
        node, "-k", "--kubernetes-virtual-gpus", until=until,
        ready=lambda t: len(re.findall("workload_gpu_memory_bytes{", t)) == 2,
        name="shared-mig", rewrite=rewrite,
    )  # fmt: skip


def test_claims_of_dynamic_allocation(node: Node, until: Until, *, rewrite: bool) -> None:
    claim = Claim("claim-a", "default", "gpu.nvidia.com", "n1", "gpu-1")
    node.kubelet.pods = (pod("dra", claims=[claim]),)
    node.api.put(
        SLICES,
        "s",
        {
            "metadata": {"name": "s"},
            "spec": {
                "pool": {"name": "n1"},
                "devices": [{"name": "gpu-1", "attributes": {"uuid": {"string": ONE}}}],
            },
        },
    )
    settled(
        node, "-k", "--kubernetes-enable-dra", until=until, ready=lambda t: "dra_claim_name" in t,
        name="claims", rewrite=rewrite,
    )  # fmt: skip


def test_batch_jobs_from_files(node: Node, until: Until, *, rewrite: bool) -> None:
    jobs = node.folder / "jobs"
    jobs.mkdir()
    (jobs / "0").write_text("4242\n4243\n")
    (jobs / "1").write_text("77\n")
    settled(
        node, "--hpc-job-mapping-dir", str(jobs), until=until,
        ready=lambda t: 'hpc_job="77"' in t, name="job-files", rewrite=rewrite,
    )  # fmt: skip


def test_slurm_jobs_by_their_control_groups(node: Node, until: Until, *, rewrite: bool) -> None:
    step = "0::/system.slice/slurmstepd.scope/{}/step_0/user/task_0"
    node.busy("0", (1, GIB, 50), (2, GIB, 20))
    node.busy("1", (3, 3 * GIB, 10))
    node.process(1, "9:devices:/slurm/uid_1000/job_4242/step_0/task_0")
    node.process(2, step.format("s6A3C0QW5T7M00"), environ=b"PATH=/bin\0SLURM_JOB_ID=77\0")
    node.process(3, step.format("job_99"))
    settled(
        node, "--slurm", until=until,
        ready=lambda t: 'hpc_job="77"} 0.2' in t and 'hpc_job="99"} 0.1' in t,
        name="slurm", rewrite=rewrite,
    )  # fmt: skip


def test_containers_and_users_of_a_bare_host(node: Node, until: Until, *, rewrite: bool) -> None:
    nobody = 4_000_000
    node.busy("0", (1, GIB, 50))
    node.busy("1", (2, GIB, 50))
    node.process(1, f"0::/system.slice/docker-{'0123456789abcdef' * 4}.scope", user=nobody)
    node.process(2, "0::/user.slice/user-1000.slice/session-3.scope", user=nobody)
    settled(
        node, "--container-labels", "--user-labels", until=until,
        ready=lambda t: len(re.findall(r"sm_ratio.* 0\.5$", t, re.MULTILINE)) == 2,
        name="bare-host", rewrite=rewrite,
    )  # fmt: skip


def test_a_kubelet_that_comes_goes_and_hangs_costs_labels_and_no_scrape(
    node: Node, until: Until
) -> None:
    node.kubelet.pods = (pod("train-0", ZERO),)
    node.kubelet.held.clear()
    with program(*node.arguments, "-k", env=node.environment) as it:
        until(lambda: "DCGM_FI_DEV_GPU_UTIL" in shown(it))
        assert 'attribution_success{stage="kubelet"} 0' in shown(it)
        assert "kubelet: " in it.get("/").text
        node.kubelet.held.set()
        until(lambda: 'pod="train-0"' in shown(it))
        node.kubelet.pods = (pod("train-1", ZERO),)
        until(lambda: 'pod="train-1"' in shown(it) and 'pod="train-0"' not in shown(it))
        node.kubelet.held.clear()
        until(lambda: 'attribution_success{stage="kubelet"} 0' in shown(it))
        assert 'pod="train-1"' in shown(it)


def test_processes_that_cannot_be_seen_are_told_of_with_the_remedy(
    node: Node, until: Until
) -> None:
    node.busy("0", (1, GIB, 50))
    with program(*node.arguments, "--slurm", env=node.environment) as it:
        until(lambda: 'attribution_success{stage="processes"} 0' in shown(it))
        assert "hostPID: true" in it.get("/").text
        node.process(1, "0::/system.slice/slurmstepd.scope/job_5/step_0")
        until(lambda: 'hpc_job="5"' in shown(it))
        until(lambda: 'attribution_success{stage="processes"} 1' in shown(it))
