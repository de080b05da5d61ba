"""What the program is put through by those around it, meaning ill or not: it goes on."""

import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from certificates import Authority
from process import PATIENCE, Program, environment, program

pytestmark = pytest.mark.process
Environment = dict[str, str]
SIM = ("exporter", "--source", "sim:1xT4", "-a", "127.0.0.1:0", "-c", "200")
SCRAPES = 1000
NOBODY = 65534


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def ready(it: Program) -> None:
    until(lambda: it.get("/-/ready").status == 200)


def port(it: Program) -> int:
    return int(it.url.rpartition(":")[2])


def cpu(it: Program) -> float:
    fields = Path(f"/proc/{it.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(it: Program) -> int:
    return len(list(Path(f"/proc/{it.process.pid}/fd").iterdir()))


def test_a_thousand_scrapes_at_once_are_answered_or_told_why_not(runtime: Environment) -> None:
    with program(*SIM, env=runtime) as it:
        ready(it)
        connections = [socket.create_connection(("127.0.0.1", port(it))) for _ in range(SCRAPES)]
        request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        for each in connections:
            each.settimeout(PATIENCE)
            each.sendall(request)
        with ThreadPoolExecutor(16) as pool:
            told = Counter(pool.map(_status, connections))
        assert set(told) <= {"200", "503"}
        assert told["200"] > 0
        assert sum(told.values()) == SCRAPES
        assert it.get("/metrics").status == 200
        until(lambda: descriptors(it) < 30)


def _status(connection: socket.socket) -> str:
    with connection:
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return answer[9:12].decode()


def test_few_descriptors_are_survived(runtime: Environment) -> None:
    """What cannot be accepted waits; thereafter all is as before, and the log is not full of it."""
    with program(*SIM, env=runtime) as it:
        ready(it)
        resource.prlimit(it.process.pid, resource.RLIMIT_NOFILE, (40, 40))
        flood = [socket.create_connection(("127.0.0.1", port(it))) for _ in range(100)]
        time.sleep(1.5)
        for each in flood:
            each.close()
        until(lambda: it.get("/metrics").status == 200)
        assert len(it.log().splitlines()) < 30


def test_a_client_that_never_ends_its_handshake_is_let_go(
    tmp_path: Path, runtime: Environment
) -> None:
    """Neither one that says nothing, nor one that drips, nor one that drips inside of TLS."""
    authority = Authority(tmp_path)
    identity = authority.vouch("localhost", "127.0.0.1")
    web = tmp_path / "web.yml"
    web.write_text(f"tls_server_config: {{cert_file: {identity.cert}, key_file: {identity.key}}}\n")
    arguments = (*SIM, "--web-config-file", str(web), "--web-read-timeout", "1s")
    with program(*arguments, env=runtime) as it:
        it.trusts = ssl.create_default_context(cafile=str(authority.cert))
        ready(it)
        before = descriptors(it)
        silent = [socket.create_connection(("127.0.0.1", port(it))) for _ in range(50)]
        for each in silent[:25]:
            each.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        inside = it.trusts.wrap_socket(
            socket.create_connection(("127.0.0.1", port(it))), server_hostname="127.0.0.1"
        )
        assert it.get("/metrics").status == 200
        assert _dripped_out(inside)
        until(lambda: descriptors(it) <= before + 1)
        for each in silent:
            each.close()
        assert it.get("/metrics").status == 200


def _dripped_out(connection: ssl.SSLSocket) -> bool:
    connection.settimeout(PATIENCE)
    with connection:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                connection.sendall(b"G")
            except OSError:
                return True
            time.sleep(0.05)
    return False


def test_a_storm_of_signals_never_costs_a_page(runtime: Environment, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("DCGM_FI_DEV_GPU_TEMP, gauge, x\n")
    with program(*SIM, "-f", str(listed), env=runtime) as it:
        ready(it)
        over = threading.Event()

        def storm() -> None:
            for _ in range(500):
                it.signal(signal.SIGHUP)
                time.sleep(0.001)
            over.set()

        thread = threading.Thread(target=storm)
        thread.start()
        while not over.is_set():
            assert b"DCGM_FI_DEV_GPU_TEMP{" in it.get("/metrics").body
        thread.join()
        listed.write_text("DCGM_FI_DEV_SM_CLOCK, gauge, x\n")
        until(lambda: b"DCGM_FI_DEV_SM_CLOCK{" in it.get("/metrics").body)
        reloads = it.log().count("read anew")
    assert 1 <= reloads < 100, "those that come together are done together"


@pytest.mark.parametrize("streams", ["closed", "gone", "full"])
def test_it_goes_on_without_anybody_to_log_to(streams: str, runtime: Environment) -> None:
    """Nobody has its streams, or nobody reads them, or they end on a disk that is full."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = [sys.executable, "-m", "warpwatch", *SIM[:3], "-a", f"127.0.0.1:{number}", "--debug"]
    if streams == "closed":
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    reader, writer = os.pipe()
    if streams == "full":
        os.close(writer)
        writer = os.open("/dev/full", os.O_WRONLY)
    process = subprocess.Popen(
        command, env=environment(runtime), stdout=writer, stderr=writer, text=True
    )
    os.close(writer)
    os.close(reader)
    it = Program(process, f"http://127.0.0.1:{number}")
    try:
        until(lambda: _answers(number))
        ready(it)
        for _ in range(20):
            process.send_signal(signal.SIGHUP)
            assert it.get("/metrics").status == 200
        began = cpu(it)
        time.sleep(1)
        assert cpu(it) - began < 0.5, "it is busy with nothing"
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def _answers(number: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", number), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start it as somebody else")
def test_nothing_needs_root(tmp_path: Path, runtime: Environment) -> None:
    tmp_path.chmod(0o700)  # of root: sockets cannot be made there
    with program(*SIM, env=runtime, within=_as_nobody()) as it:
        ready(it)
        assert b"DCGM_FI_DEV_GPU_TEMP{" in it.get("/metrics").body
        status = Path(f"/proc/{it.process.pid}/status").read_text()
        assert f"Uid:\t{NOBODY}\t{NOBODY}" in status
        log = it.log()
    assert "profiling cannot be paused here" in log
    assert "XDG_RUNTIME_DIR" in log


def _as_nobody() -> list[str]:
    flags = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return ["setpriv", *flags, "--no-new-privs", "--bounding-set", "-all"]
