"""What others hand us, damaged a hundred thousand times: each time a clear error or none at all.

Real inputs are cut, doubled, crossed and sprinkled with what breaks parsers. Each room says which
errors it raises; any other one ends the run with the bytes that caused it. The same seed gives the
same cases.
"""

import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from warpwatch.clients.containers.runtime import Runtime
from warpwatch.clients.kubelet import wire
from warpwatch.clients.kubernetes import api as kubernetes
from warpwatch.clients.kubernetes.access import Access
from warpwatch.clients.kubernetes.mirror import Mirror
from warpwatch.clock import SystemClock
from warpwatch.config import dcgm_file
from warpwatch.config import file as toml
from warpwatch.errors import InputError, Unreachable
from warpwatch.exporter import counters
from warpwatch.exporter.attribution import cgroups
from warpwatch.exporter.attribution.device_ids import place
from warpwatch.exporter.attribution.job_files import JobFiles
from warpwatch.exporter.attribution.pods import Pods
from warpwatch.exporter.attribution.slices import DRIVER, Slices
from warpwatch.httpd import webconfig

SEED = 20_260
CLOCK = SystemClock()
Try = Callable[[bytes], None]
Errors = tuple[type[Exception], ...]


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    cases: int
    seeds: Sequence[bytes]
    attempt: Try
    clear: Errors
    """What it may raise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    errors: Counter[str]
    """How often each came, numbers and quotations left out."""
    slowest: float


# --- the rooms that are handed something ---


def kubelet(content: bytes) -> None:
    for pod in wire.pods(content):
        for container in pod.containers:
            for _, id_ in container.devices:
                place(id_)


def control_group(content: bytes) -> None:
    cgroups.place(content.decode(errors="replace").splitlines())


class _Scripted(kubernetes.Api):
    """An API server whose every answer is the same bytes, in pieces."""

    def __init__(self, content: bytes) -> None:
        super().__init__(Access("http://127.0.0.1:9"))
        self.content = content

    def _asked(self, path: str, query: kubernetes.Query, *_: object) -> "_Answer":  # type: ignore[override]
        """The first line to who lists, once; the others to who watches."""
        del path
        first, _newline, rest = self.content.partition(b"\n")
        if "watch" in query:
            return _Answer(rest)
        return _Answer(b"{}" if "continue" in query else first)


@dataclass(frozen=True, slots=True)
class _Answer:
    content: bytes
    status_code: int = 200

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    async def aread(self) -> bytes:
        return self.content

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.content), 97):
            yield self.content[at : at + 97]


class _Mirrors:
    """Pods and slices, as they follow what the scripted server says."""

    def __init__(self) -> None:
        self._api = _Scripted(b"")
        pods, slices = Pods(self._api, CLOCK, "n1"), Slices(self._api, CLOCK, "n1")
        self._stages = (pods, slices)
        self._mirrors: tuple[Mirror[object], ...] = (pods._mirror, slices._mirror)  # type: ignore[assignment]  # noqa: SLF001

    def __call__(self, content: bytes) -> None:
        self._api.content = content
        asyncio.run(self._once())

    async def _once(self) -> None:
        for mirror in self._mirrors:
            try:
                await mirror._list()  # noqa: SLF001  `run` does these two for ever
                await mirror._follow()  # noqa: SLF001
            finally:
                self._look()

    def _look(self) -> None:
        """What is known is fit for the page."""
        pods, slices = self._stages
        slices.resolve(wire.Claim("c", "ml", DRIVER, "n1", "gpu-0"))
        for pod in pods._index()[1].values():  # noqa: SLF001
            "".join((pod.name, pod.namespace, pod.uid, *pod.labels, *pod.labels.values())).encode()


class _Runtime(Runtime):
    """One whose answer is the same bytes."""

    content = b""

    def _answer(self, deadline: float) -> bytes:
        del deadline
        return self.content


def containers(content: bytes) -> None:
    runtime = _Runtime("docker.sock", CLOCK)
    runtime.content = content
    runtime.names(1.0)


def job_files(folder: Path) -> Try:
    stage = JobFiles(folder, CLOCK, 1.0, stale=60.0)

    def attempt(content: bytes) -> None:
        (folder / "0").write_bytes(content)
        name = re.sub(rb"[/\0]", b"", content[:40]) or b"1"
        if name.strip(b"."):
            path = Path(folder, name.decode(errors="surrogateescape"))
            path.write_bytes(content)
            stage.learn()
            path.unlink()

    return attempt


def settings(folder: Path) -> Try:
    def attempt(content: bytes) -> None:
        path = folder / "warpwatch.toml"
        path.write_bytes(content)
        toml.load(path)

    return attempt


def web(content: bytes) -> None:
    webconfig.parse(content, Path("web.yaml"))


def originals(content: bytes) -> None:
    told = dcgm_file.parse(content, "dcgm.yaml")
    if "counters" in told:
        counters.read(str(told["counters"][0]), "dcgm.yaml")


def listing(content: bytes) -> None:
    counters.read(content.decode(errors="replace"), "counters.csv")


# --- real inputs ---

UID = "0c8b5a3e-7d54-4c63-9f0e-1a2b3c4d5e6f"
ID = "0123456789abcdef" * 4
GROUPS = (
    f"0::/kubepods/burstable/pod{UID}/{ID}",
    f"0::/kubepods.slice/kubepods-pod{UID.replace('-', '_')}.slice/cri-containerd-{ID}.scope",
    f"0::/system.slice/docker-{ID}.scope",
    "5:memory:/slurm/uid_7/job_42/step_0/task_0\n0::/",
    "0::/system.slice/slurmstepd.scope/s6A3C0Q/step_0/user/task_0",
    f"0::/user.slice/user-1000.slice/user@1000.service/libpod-{ID}.scope/container",
)
HASH = "$2b$10$" + "a" * 53
WEB = (
    f"""
tls_server_config:
  cert_file: a.pem
  key_file: b.pem
  client_ca_file: ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus]
  min_version: TLS13
  cipher_suites: []
basic_auth_users:
  ada: {HASH}
""",
    """
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
rate_limit: {interval: 1s, burst: 20}
""",
    "tls_server_config: &a {cert: !!str x, key: !!binary aGk=}\nrate_limit: {<<: *a}\n",
)
DCGM = (
    """
version: 1
metrics:
  fields:
    - name: DCGM_FI_DEV_GPU_TEMP
      prometheusType: gauge
      help: Temperature
collection:
  interval: 10s
  watchGroups:
    - {name: fast, interval: 500ms, fields: [DCGM_FI_PROF_*]}
""",
    """
version: 2
metrics: {file: /etc/my.csv}
collections:
  - {name: all, every: 30s, metrics: {include: ["*"]}, dcgm: {maxKeepAge: 5m}}
server: {maxConcurrentScrapes: 7}
detectBindUnbind: true
""",
)
TOML = (
    '[exporter]\naddress = "127.0.0.1:9400"\ncollect_interval = 1000\nkubernetes = true\n',
    '[exporter]\ncompat = "4.8.3"\nprocesses = false\nlog_format = """json"""\n',
)
POD = (
    '{"metadata": {"name": "a", "namespace": "ml", "uid": "u1", "resourceVersion": "7", '
    '"labels": {"team": "vision", "app.kubernetes.io/name": "train"}}}'
)
SLICE = (
    '{"metadata": {"uid": "s1", "resourceVersion": "8"}, "spec": {"pool": {"name": "n1"}, '
    '"devices": [{"name": "gpu-0", "attributes": {"uuid": {"string": "GPU-1"}, '
    '"gpu.nvidia.com/profile": {"string": "1g.10gb"}}}]}}'
)
LIST = f'{{"metadata": {{"resourceVersion": "7", "continue": "2"}}, "items": [{POD}, {SLICE}]}}\n'
WATCH = LIST + "".join(
    f'{{"type": "{kind}", "object": {item}}}\n'
    for kind in ("ADDED", "MODIFIED", "BOOKMARK", "DELETED", "ERROR")
    for item in (POD, SLICE, '{"code": 410, "message": "too old"}')
)
DOCKER = f'[{{"Id": "{ID}", "Names": ["/web/db", "/db"], "State": "running"}}, {{"Id": 1}}]'
CSV = (
    "# DCGM\nDCGM_FI_DEV_GPU_TEMP, gauge, Temperature\nDCGM_FI_DRIVER_VERSION, label, Driver\n"
    'DCGM_FI_DEV_XID_ERRORS, gauge, "Last XID, of all"\nDCGM_EXP_XID_ERRORS_COUNT, gauge, XIDs\n'
)


def _part(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2, len(content))) + content


def _answer() -> bytes:
    """A ListPodResourcesResponse of one pod with a GPU, a share and a claim."""
    device = _part(1, b"nvidia.com/gpu") + _part(2, b"GPU-1234") + _part(2, b"nvidia0/gi1")
    shared = _part(1, b"nvidia.com/mig-1g.10gb") + _part(2, b"MIG-0a-1::3")
    driver = _part(2, b"gpu.nvidia.com") + _part(3, b"n1") + _part(4, b"gpu-0")
    claim = _part(2, b"claim") + _part(3, b"ml") + _part(4, driver)
    container = _part(1, b"main") + _part(2, device) + _part(2, shared)
    length = len(container) + len(_part(5, claim))
    if length > 0x7F:  # two bytes of length, as a longer message has them
        whole = container + _part(5, claim)
        inner = bytes((3 << 3 | 2, len(whole) & 0x7F | 0x80, len(whole) >> 7)) + whole
    else:
        inner = _part(3, container + _part(5, claim))
    pod = _part(1, b"train") + _part(2, b"ml") + inner
    return bytes((1 << 3 | 2, len(pod) & 0x7F | 0x80, len(pod) >> 7)) + pod


def _bytes(texts: Sequence[str]) -> list[bytes]:
    return [text.encode() for text in texts]


def targets(folder: Path) -> tuple[Target, ...]:
    """`folder` is for those that read files."""
    clear = (InputError,)
    watched = (Unreachable, kubernetes.Gone)
    jobs = [b"4242\n4243\n", b"7_1\r\n\r\n", b"0.3\n9\n"]
    return (
        Target("pod-resources", 30_000, [_answer()], kubelet, (wire.Malformed,)),
        Target("control groups", 20_000, _bytes(GROUPS), control_group, ()),
        Target("job files", 10_000, jobs, job_files(folder), ()),
        Target("watches", 12_000, _bytes([WATCH]), _Mirrors(), watched),
        Target("containers", 10_000, _bytes([DOCKER]), containers, (Unreachable,)),
        Target("counters", 12_000, _bytes([CSV]), listing, clear),
        Target("warpwatch.toml", 8_000, _bytes(TOML), settings(folder), clear),
        Target("web config", 6_000, _bytes(WEB), web, clear),
        Target("dcgm's YAML", 6_000, _bytes(DCGM), originals, clear),
    )


# --- damage ---

SPRINKLED = (
    *(bytes((byte,)) for byte in (0, 0x0A, 0x0D, 0x22, 0x27, 0x7F, 0x80, 0xFF)),
    *b"0 1 -1 1e999 nan null ~ true 2**63 9223372036854775808 0x 0b 1_0 1:60:60 2026-99-99".split(),
    *b": , [ ] { } # & * | > < ? % @ ... :: {} [] [[[[ {{{{ <<: *a &a".split(),
    *b"!!bool !!int !!float !!timestamp !!null !!set !!omap !!python/name:os.system".split(),
    *"\u2028 \ufeff \u0660 \U0001f600 é".encode().split(),
    *b'"" "\\ud800" /../ /gi nvidia pod'.split(),
    *(b"\n- ", b"\n  ", b"\t", b"---\n"),
)


def damaged(seeds: Sequence[bytes], random_: random.Random) -> bytes:
    content = random_.choice(seeds)
    for _ in range(random_.choice((1, 1, 1, 2, 4))):
        content = random_.choice(WAYS)(content, seeds, random_)
    return content[:100_000]


Way = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def _span(content: bytes, random_: random.Random) -> tuple[int, int]:
    begin = random_.randrange(len(content) + 1)
    return begin, min(len(content), begin + random_.choice((1, 2, 4, 16, 64)))


def _flip(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    begin, end = _span(content, random_)
    return content[:begin] + random_.randbytes(end - begin) + content[end:]


def _cut(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    begin, end = _span(content, random_)
    return content[:begin] + content[end:]


def _end(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    return content[: random_.randrange(len(content) + 1)]


def _double(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    begin, end = _span(content, random_)
    times = random_.choice((1, 2, 10, 100, 5000))
    return content[:end] + content[begin:end] * times + content[end:]


def _cross(content: bytes, seeds: Sequence[bytes], random_: random.Random) -> bytes:
    other = random_.choice(seeds)
    return content[: _span(content, random_)[0]] + other[_span(other, random_)[0] :]


def _sprinkle(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    begin, end = _span(content, random_)
    return content[:begin] + random_.choice(SPRINKLED) + content[random_.choice((begin, end)) :]


def _value(content: bytes, _: Sequence[bytes], random_: random.Random) -> bytes:
    """A word, or what stands in quotes, becomes something of another kind."""
    words = list(re.finditer(rb'"[^"]*"|\{[^{}]*\}|\[[^][]*\]|[\w.-]+', content))
    if not words:
        return content
    word = random_.choice(words)
    return content[: word.start()] + random_.choice(SPRINKLED) + content[word.end() :]


WAYS: tuple[Way, ...] = (_flip, _cut, _end, _double, _cross, _sprinkle, _sprinkle, _value, _value)


# --- the run ---


def run(target: Target, cases: int, seed: int = SEED) -> Outcome:
    """RuntimeError with the bytes if anything comes that was not announced."""
    random_ = random.Random(f"{seed} {target.name}")  # a text, so that targets differ
    errors: Counter[str] = Counter()
    slowest = 0.0
    for number in range(cases):
        content = damaged(target.seeds, random_)
        began = time.perf_counter()
        try:
            target.attempt(content)
        except target.clear as error:
            errors[_shape(error)] += 1
        except BaseException as error:
            raise RuntimeError(
                f"{target.name}, case {number}: {type(error).__name__} of {content[:400]!r}"
            ) from error
        slowest = max(slowest, time.perf_counter() - began)
    return Outcome(errors, slowest)


def _shape(error: Exception) -> str:
    text = re.sub(r"""(['"`]).*?\1""", "…", str(error).splitlines()[0])
    text = re.sub(r"\d+", "0", text)
    return f"{type(error).__name__}: {text[:70]}"


def main(share: float = 1.0) -> None:
    print(f"\nDamaged inputs, seed {SEED}: nothing but the errors that each room announces")
    began, total = time.perf_counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for target in targets(Path(folder)):
            cases = round(target.cases * share)
            start = time.perf_counter()
            outcome = run(target, cases)
            total += cases
            print(
                f"  {target.name:<15} {cases:>6} cases, {time.perf_counter() - start:5.1f} s, "
                f"slowest {outcome.slowest * 1e3:6.1f} ms, refused {outcome.errors.total():>6} "
                f"with {len(outcome.errors)} errors"
            )
            for line in _most(outcome.errors):
                print(f"      {line}")
            sys.stdout.flush()
    print(f"  {total} cases, {time.perf_counter() - began:.0f} s")


def _most(errors: Counter[str]) -> Iterator[str]:
    for text, times in errors.most_common(4):
        yield f"{times:>6} {text}"
