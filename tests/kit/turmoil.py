"""A node on which nothing stays as it is, for a program that is to outlive all of it.

Everything that attribution knows is switched on; pods come and go by the thousand, and those who
are asked, the driver, the files and the certificates take turns in going wrong.
"""

import base64
import random
import re
import shutil
import signal
import ssl
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import bcrypt

import apiserver
import dockerd
import kubelet
from apiserver import ApiServer
from certificates import Authority
from dockerd import Dockerd
from kubelet import Kubelet, pod
from machine import Machine
from process import Program, program
from proctree import process
from warpwatch.clients.kubelet.wire import Claim, Pod
from warpwatch.expo.parse import parse

GPUS = 8
SHARED, DIVIDED, HUNG, LOST = 6, 7, 3, 4
"""GPUs with parts to play."""
SHARES = 4
STEP = 0.05
PODS, SLICES = "/api/v1/pods", "/apis/resource.k8s.io/v1/resourceslices"
GIB = 1 << 30
PASSWORD = "a good one"  # noqa: S105  of nobody
MOST_RESIDENT = 65.0
"""MB, with everything switched on."""
GROWTH: Mapping[str, float] = {"resident": 3.0, "descriptors": 6, "threads": 4, "series": 60}
"""By how much the middle of the last quarter may be above that of the first: what differs between
one trouble and the next.
"""
COUNTERS = Path(__file__).parents[2] / "deploy" / "generated" / "default-counters.csv"


@dataclass(frozen=True, slots=True)
class Trouble:
    name: str
    begin: Callable[[], object]
    end: Callable[[], object] = lambda: None
    longer: float = 0.0
    """Seconds beyond what every trouble lasts."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What the program had at a moment."""

    resident: float
    """MB."""
    descriptors: int
    threads: int
    series: int


@dataclass
class Scraper:
    """Asks again and again, over a new connection each time."""

    it: Program
    every: float
    doing: str = ""
    """What is going wrong just now."""
    scrapes: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._over.wait(self.every):
            began = time.monotonic()
            try:
                text = page(self.it)
                series = len(parse(text).samples)
            except (OSError, ValueError) as error:
                self.failures.append(f"{self.doing}: {error!r}")
            else:
                self.measures.append(measured(self.it.process.pid, series))
            self.scrapes += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


class Node:
    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self.machine = machine
        self.scheduled = 0
        """Pods that there were so far."""
        self._random = random.Random(4)
        self._stack = ExitStack()
        self._asked = ExitStack()
        self._stamp = 0
        self._generation = 1
        self._listed = COUNTERS.read_text(encoding="utf-8")
        self._pods: dict[int, list[tuple[str, str]]] = {gpu: [] for gpu in range(GPUS)}
        """Names and uids by GPU."""
        machine.gpus(GPUS)
        machine.say({"*.nvmlDeviceGetGraphicsRunningProcesses_v3": ""})
        for name in ("proc", "jobs", "account", "run"):
            (folder / name).mkdir()
        self.authority = Authority(folder, "ca")
        shutil.copy(self.authority.cert, folder / "account" / "ca.crt")
        self.token("0")
        self.api = ApiServer(collections={PODS: {}, SLICES: {}}, tokens={"0"})
        self.kubelet = Kubelet(folder / "kubelet.sock")
        self.runtime = Dockerd(folder / "docker.sock")
        self.counters(self._listed)
        self.renew()
        self.web()
        self._publish()
        for gpu in range(GPUS):
            self._replace(gpu)
        self._show()

    def __enter__(self) -> Self:
        vouched = self.authority.vouch("api", "127.0.0.1")
        self._stack.enter_context(apiserver.serving(self.api, vouched))
        self._stack.enter_context(dockerd.serving(self.runtime))
        self.daemon(on=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.kubelet.held.set()
        self._asked.close()
        self._stack.close()

    @contextmanager
    def exporter(self, milliseconds: int, *more: str) -> Iterator[Program]:
        folder = self.folder
        arguments = [
            "exporter", "-a", "127.0.0.1:0", "-c", str(milliseconds), "--source", "nvml",
            "-f", str(folder / "counters.csv"), "--web-config-file", str(folder / "web.yml"),
            "--path-procfs", str(folder / "proc"), "--processes", "-k",
            "--pod-resources-kubelet-socket", str(self.kubelet.path),
            "--kubernetes-enable-pod-labels", "--kubernetes-enable-pod-uid",
            "--kubernetes-virtual-gpus", "--kubernetes-enable-dra",
            "--hpc-job-mapping-dir", str(folder / "jobs"), "--slurm", "--container-labels",
            "--container-runtime-socket", str(self.runtime.path), "--user-labels", *more,
        ]  # fmt: skip
        environment = self.machine.environment | {
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "NODE_NAME": "n1",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(self.api.port),
            "WARPWATCH_SERVICE_ACCOUNT": str(folder / "account"),
        }
        with program(*arguments, env=environment) as it:
            it.trusts = ssl.create_default_context(cafile=str(self.authority.cert))
            yield it

    # What goes on all the time

    def churn(self) -> None:
        """The pods of a GPU end, others have it, and the driver takes another sample."""
        self._replace(self._random.randrange(GPUS))
        self._show()

    def _show(self) -> None:
        self.kubelet.pods = [made for gpu in self._pods for made in self._given(gpu)]
        self._stamp += 1000
        names: dict[str, str] = {}
        lines: dict[str, object] = {}
        for gpu, pods in self._pods.items():
            pids = [self._pid(gpu, place) for place in range(len(pods))]
            names |= {self._container(uid): name for name, uid in pods}
            listed = " ".join(f"{pid} {GIB} -1" for pid in pids)
            shares = " ".join(f"{pid} {self._stamp} 20" for pid in pids)
            lines[f"{gpu}.nvmlDeviceGetComputeRunningProcesses_v3"] = listed
            lines[f"{gpu}.nvmlDeviceGetProcessUtilization"] = shares
        self.runtime.answer = dockerd.listed(names)
        self.machine.say(lines)

    def _replace(self, gpu: int) -> None:
        for _, uid in self._pods[gpu]:
            self.api.remove(PODS, uid)
        self._pods[gpu] = []
        for place in range(SHARES if gpu == SHARED else 1):
            self.scheduled += 1
            number = self.scheduled
            name, uid = f"train-{number}", f"{number:08x}-1111-2222-3333-444444444444"
            self._pods[gpu].append((name, uid))
            labels = {"team": f"team-{number % 5}", "app.kubernetes.io/name": f"llm-{number}"}
            self.api.put(PODS, uid, apiserver.pod(name, **labels))
            group = f"0::/kubepods/burstable/pod{uid}/{self._container(uid)}"
            if gpu == 0:
                group = f"0::/system.slice/slurmstepd.scope/job_{number}/step_0/user/task_0"
            elif gpu == 1:
                group = f"0::/system.slice/docker-{self._container(uid)}.scope"
            process(self.folder / "proc", self._pid(gpu, place), group, uid=number)
        if gpu == 0:
            job = self.folder / "jobs" / str(gpu)
            job.write_text(f"{self.scheduled}\n", encoding="utf-8")

    def _given(self, gpu: int) -> Iterator[Pod]:
        for place, (name, _) in enumerate(self._pods[gpu]):
            uuid = f"GPU-{gpu:08x}"
            if gpu == 2:  # it is claimed
                yield pod(name, claims=[Claim(name, "default", "gpu.nvidia.com", "n1", "gpu-2")])
            elif gpu > 2:  # the first two are of a batch job and of a container
                yield pod(name, f"{uuid}::{place}" if gpu == SHARED else uuid)

    def _pid(self, gpu: int, place: int) -> int:
        return 1000 + 10 * gpu + place

    def _container(self, uid: str) -> str:
        return uid.replace("-", "") * 2

    def _publish(self) -> None:
        attributes = {"uuid": {"string": "GPU-00000002"}}
        devices = [{"name": "gpu-2", "attributes": attributes}]
        spec = {"pool": {"name": "n1"}, "devices": devices}
        self.api.put(SLICES, "s", {"metadata": {"name": "s"}, "spec": spec})

    # What can be done to it

    def token(self, text: str) -> None:
        new = self.folder / "account" / "token.new"
        new.write_text(text, encoding="ascii")
        new.replace(self.folder / "account" / "token")

    def rotate(self) -> None:
        text = str(self.scheduled)
        self.api.tokens = {text}
        self.token(text)
        self.api.cut()

    def forget(self) -> None:
        self.api.forget()
        self.api.cut()

    def daemon(self, *, on: bool) -> None:
        self._asked.close()
        if on:
            self._asked.enter_context(kubelet.serving(self.kubelet))

    def counters(self, text: str) -> None:
        (self.folder / "counters.csv").write_text(text, encoding="utf-8")

    def fewer_counters(self) -> None:
        lines = self._listed.splitlines(keepends=True)
        self.counters("".join(line for line in lines if "CLOCK" not in line))

    def renew(self) -> None:
        """A new certificate under the same names, its key a moment later."""
        self.authority.vouch("localhost", "127.0.0.1", "localhost")

    def web(self) -> None:
        hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        (self.folder / "web.yml").write_text(
            "tls_server_config: {cert_file: localhost.crt, key_file: localhost.key}\n"
            f"basic_auth_users: {{prometheus: {hashed}, other-{self.scheduled}: {hashed}}}\n",
            encoding="utf-8",
        )

    def restart(self, *, down: bool) -> None:
        """The driver; all handles are void thereafter."""
        self._generation += down
        failing = 9 if down else None
        self.machine.say(
            {
                "driver.generation": self._generation,
                "driver.error.nvmlInitWithFlags": failing,
            }
        )

    def whole(self) -> None:
        self.machine.say({f"{DIVIDED}.nvmlDeviceGetMigMode": "0 0"})

    def troubles(self, it: Program) -> Sequence[Trouble]:
        def storm() -> None:
            for _ in range(200):
                it.signal(signal.SIGHUP)

        def say(key: str, value: object) -> Callable[[], None]:
            return lambda: self.machine.say({key: value})

        def status(code: int) -> None:
            self.api.status = code
            self.api.cut()

        broken = self.folder / "web.yml"
        hang, lost = f"{HUNG}.hang.all", f"{LOST}.error.all"
        return (
            Trouble("nothing", lambda: None),
            Trouble("the kubelet restarts", lambda: self.daemon(on=False), self._daemon_again),
            Trouble("the kubelet hangs", self.kubelet.held.clear, self.kubelet.held.set, 6),
            Trouble("the API server forgets", self.forget),
            Trouble("streams of the API server are cut", self.api.cut),
            Trouble("the API server fails", lambda: status(500), lambda: status(0)),
            Trouble("the token is rotated", self.rotate),
            Trouble("a GPU is divided", lambda: self.machine.divide(DIVIDED), self.whole),
            Trouble(
                "the list of counters changes",
                self.fewer_counters,
                lambda: self.counters(self._listed),
            ),
            Trouble("the web configuration changes", self.web),
            Trouble("the web configuration is wrong", lambda: broken.write_text("no"), self.web),
            Trouble("the certificate is renewed", self.renew),
            Trouble("SIGHUP by the hundred", storm),
            Trouble("a GPU hangs", say(hang, 1), say(hang, None), 3),
            Trouble("a GPU is lost", say(lost, 15), say(lost, None)),
            Trouble(
                "the driver restarts",
                lambda: self.restart(down=True),
                lambda: self.restart(down=False),
            ),
        )

    def _daemon_again(self) -> None:
        self.daemon(on=True)


def page(it: Program, path: str = "/metrics") -> str:
    """As Prometheus asks for it; whatever is not a page is an OSError."""
    login = base64.b64encode(f"prometheus:{PASSWORD}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310  our own
        f"{it.url}{path}", headers={"Authorization": f"Basic {login}"}
    )
    with urllib.request.urlopen(request, timeout=10, context=it.trusts) as reply:  # noqa: S310
        text: str = reply.read().decode()
    return text


def measured(pid: int, series: int) -> Measure:
    root = Path(f"/proc/{pid}")
    status = (root / "status").read_text(encoding="ascii")
    resident, threads = (
        int(found[1]) if (found := re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)) else 0
        for name in ("VmRSS", "Threads")
    )
    return Measure(resident * 1024 / 1e6, len(list((root / "fd").iterdir())), threads, series)


def play(node: Node, it: Program, scraper: Scraper, *, rounds: int, each: float) -> None:
    """All troubles in turn; the fast ones last `each` seconds, and as much rest follows."""
    for _ in range(rounds):
        for trouble in node.troubles(it):
            scraper.doing = trouble.name
            trouble.begin()
            _churn(node, each + min(trouble.longer, 10 * each))
            trouble.end()
            _churn(node, each)


def _churn(node: Node, seconds: float) -> None:
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        node.churn()
        time.sleep(STEP)


def quarters(measures: Sequence[Measure], name: str) -> tuple[float, float]:
    """The middle of the first quarter and that of the last."""
    values = [float(getattr(measure, name)) for measure in measures]
    size = max(1, len(values) // 4)
    return statistics.median(values[:size]), statistics.median(values[-size:])


def broken_bounds(measures: Sequence[Measure]) -> list[str]:
    broken = []
    for name, most in GROWTH.items():
        first, last = quarters(measures, name)
        if last - first > most:
            broken.append(f"{name}: from {first:g} to {last:g}, that is more than {most:g} more")
    largest = max(measure.resident for measure in measures)
    if largest > MOST_RESIDENT and not broken:
        broken.append(f"resident: {largest:.1f} MB, that is more than {MOST_RESIDENT:g}")
    return broken
