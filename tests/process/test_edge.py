"""The program at the edge of a network: TLS, passwords, sockets of systemd, settings files."""

import base64
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bcrypt
import pytest

import apiserver
from apiserver import ApiServer
from certificates import Authority
from process import PATIENCE, Program, environment, program, run
from warpwatch.expo.parse import parse

pytestmark = pytest.mark.process
Environment = dict[str, str]
SIM = ("exporter", "--source", "sim:1xT4", "-a", "127.0.0.1:0", "-c", "200")
HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"prometheus:{password}".encode()).decode()


def families(it: Program) -> set[str]:
    return {name for name in parse(it.get("/metrics").text).types if name.startswith("DCGM_")}


def test_tls_and_a_password_stand_before_every_page(tmp_path: Path, runtime: Environment) -> None:
    authority = Authority(tmp_path)
    identity = authority.vouch("localhost", "127.0.0.1", "localhost")
    web = tmp_path / "web.yml"
    web.write_text(
        f"tls_server_config: {{cert_file: {identity.cert}, key_file: {identity.key}}}\n"
        f"basic_auth_users: {{prometheus: {HASH}}}\n"
    )
    with program(*SIM, "--web-config-file", str(web), env=runtime) as it:
        assert it.url.startswith("https://")
        it.trusts = ssl.create_default_context(cafile=str(authority.cert))
        for path in ("/metrics", "/", "/health", "/-/ready", "/none"):
            assert it.get(path).status == 401
            assert it.get(path, authorization=basic("wrong")).status == 401
        until(lambda: it.get("/-/ready", authorization=basic("secret")).status == 200)
        assert b"DCGM_" in it.get("/metrics", authorization=basic("secret")).body
        other = bcrypt.hashpw(b"changed", bcrypt.gensalt(4)).decode()
        web.write_text(web.read_text().replace(HASH, other))
        it.signal(signal.SIGHUP)
        until(lambda: it.get("/metrics", authorization=basic("changed")).status == 200)
        assert it.get("/metrics", authorization=basic("secret")).status == 401
        web.write_text("nonsense: 1\n")
        it.wait_for("the web configuration stays as it was")
        assert it.get("/metrics", authorization=basic("changed")).status == 200
    log = "".join(it.lines)
    assert "secret" not in log
    assert HASH not in log


def test_systemd_is_told_of_readiness_life_and_the_end(
    tmp_path: Path, runtime: Environment
) -> None:
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(PATIENCE)
    env = runtime | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
    with told:
        with program(*SIM, env=env) as it:
            said = told.recv(4096).decode()
            assert said.startswith("READY=1\nSTATUS=serving http://")
            assert [told.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            assert it.get("/metrics").status == 200
        while (last := told.recv(4096)) != b"STOPPING=1":
            assert last == b"WATCHDOG=1"


def test_a_socket_of_systemd_is_listened_on(runtime: Environment) -> None:
    """The kernel keeps its port while the program is away: no scrape is refused."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        script = (
            "import os, sys; os.dup2(int(sys.argv[1]), 3); "
            "os.environ['LISTEN_PID'] = str(os.getpid()); "
            "os.execv(sys.executable, [sys.executable, '-m', 'warpwatch', *sys.argv[2:]])"
        )
        handed = str(listening.fileno())
        process = subprocess.Popen(
            [sys.executable, "-c", script, handed, *SIM, "--web-systemd-socket"],
            env=environment(runtime) | {"LISTEN_FDS": "1"},
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
                connection.settimeout(PATIENCE)
                connection.sendall(
                    b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                )
                assert b"200 OK" in connection.recv(4096)
            process.terminate()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
            process.wait()


CSV = "DCGM_FI_DEV_GPU_TEMP, gauge, Temperature\n"


def test_a_list_of_counters_in_a_configmap_is_followed(
    tmp_path: Path, runtime: Environment
) -> None:
    authority = Authority(tmp_path, "ca")
    (tmp_path / "ca.crt").write_bytes(authority.cert.read_bytes())
    (tmp_path / "token").write_text("t")
    (tmp_path / "other.csv").write_text("DCGM_FI_DEV_POWER_USAGE, gauge, Power\n")
    maps = "/api/v1/namespaces/gpu/configmaps"
    api = ApiServer(collections={maps: {}})
    with apiserver.serving(api, authority.vouch("api", "127.0.0.1")):
        env = runtime | {
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(api.port),
            "WARPWATCH_SERVICE_ACCOUNT": str(tmp_path),
        }
        other = ("-f", str(tmp_path / "other.csv"))
        with program(*SIM, *other, "-m", "gpu:counters", env=env) as it:
            it.wait_for("there is no ConfigMap gpu/counters, key metrics; the list is that of")
            until(lambda: families(it) == {"DCGM_FI_DEV_POWER_USAGE"})

            def put(text: str) -> None:
                named = {"metadata": {"name": "counters"}, "data": {"metrics": text}}
                api.put(maps, "u", named)

            put(CSV)
            until(lambda: families(it) == {"DCGM_FI_DEV_GPU_TEMP"})
            put("nonsense")
            it.wait_for("the old list stays in force")
            assert families(it) == {"DCGM_FI_DEV_GPU_TEMP"}
            put(CSV + "DCGM_FI_DEV_GPU_UTIL, gauge, Utilisation\n")
            until(lambda: families(it) == {"DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_GPU_UTIL"})
            api.remove(maps, "u")
            until(lambda: families(it) == {"DCGM_FI_DEV_POWER_USAGE"})


def test_settings_are_shown_with_their_origin_and_checked(
    tmp_path: Path, runtime: Environment
) -> None:
    (tmp_path / "few.csv").write_text(CSV)
    toml = tmp_path / "warpwatch.toml"
    toml.write_text(f'[exporter]\ncollectors = "{tmp_path}/few.csv"\nsource = "sim:1xT4"\n')
    env = runtime | {"DCGM_EXPORTER_LISTEN": "127.0.0.1:0"}
    shown = run("config", "show", "--origin", "--config", str(toml), env=env)
    rows = [line.split(maxsplit=2) for line in shown.stdout.splitlines()]
    assert rows == [
        ["source", '"sim:1xT4"', f"{toml}: exporter.source"],
        ["collectors", f'"{tmp_path}/few.csv"', f"{toml}: exporter.collectors"],
        ["config", f'"{toml}"', "--config"],
        ["address", '"127.0.0.1:0"', "DCGM_EXPORTER_LISTEN"],
    ]
    checked = run("config", "validate", "--config", str(toml), env=env)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert f"ok  counters: 1 family of {tmp_path}/few.csv" in checked.stdout
    with program("exporter", "--config", str(toml), env=env) as it:
        until(lambda: families(it) == {"DCGM_FI_DEV_GPU_TEMP"})
    toml.write_text('[exporter]\nweb_config_file = "none.yml"\n')
    wrong = run("config", "validate", "--config", str(toml), env=env)
    assert wrong.returncode == 1
    assert "none.yml: cannot be read" in wrong.stderr
