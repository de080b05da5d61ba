"""warpwatch console, started as users start it."""

import base64
import json
import ssl
from pathlib import Path

import bcrypt
import pytest

from backends import fleet, played
from certificates import Authority
from process import program, run

pytestmark = pytest.mark.process
NOWHERE = ("--prometheus", "http://127.0.0.1:9")
TOKEN = "a-token-of-viewers-0001"  # noqa: S105  of tests


@pytest.fixture
def token(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text(TOKEN)
    return tmp_path / "token"


def test_to_a_network_in_clear_text_where_a_proxy_has_tls(
    token: Path, runtime: dict[str, str]
) -> None:
    words = ("--listen", "0.0.0.0:0", "--insecure", "--token-file", str(token))
    with (
        played(fleet(nodes=1)) as url,
        program("console", "--prometheus", url, *words, env=runtime) as it,
    ):
        it.url = it.url.replace("//0.0.0.0:", "//127.0.0.1:")
        # It is called by whatever name the proxy has, and by nobody without the token.
        assert it.get("/api/v1/index", Host="gpus.example").status == 401
        shown = it.get("/api/v1/session", Host="gpus.example", Authorization=f"Bearer {TOKEN}")
        assert json.loads(shown.body)["role"] == "viewer"
        assert it.get("/").status == 200


def test_to_a_network_with_tls_and_passwords(tmp_path: Path, runtime: dict[str, str]) -> None:
    authority = Authority(tmp_path)
    identity = authority.vouch("localhost", "127.0.0.1", "localhost")
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    web = tmp_path / "web.yml"
    web.write_text(
        f"tls_server_config: {{cert_file: {identity.cert}, key_file: {identity.key}}}\n"
        f"basic_auth_users: {{ada: {hashed}}}\n"
    )
    words = ("--listen", "0.0.0.0:0", "--web-config-file", str(web))
    with (
        played(fleet(nodes=1)) as url,
        program("console", "--prometheus", url, *words, env=runtime) as it,
    ):
        it.url = it.url.replace("//0.0.0.0:", "//127.0.0.1:")
        it.trusts = ssl.create_default_context(cafile=str(authority.cert))
        for path in ("/", "/api/v1/index", "/api/v1/session"):
            assert it.get(path).status == 401
        shown = "Basic " + base64.b64encode(b"ada:secret").decode()
        assert json.loads(it.get("/api/v1/session", Authorization=shown).body)["name"] == "ada"


def test_what_cannot_be_reached_is_said_and_tried_again(runtime: dict[str, str]) -> None:
    with program("console", *NOWHERE, "--listen", "127.0.0.1:0", env=runtime) as it:
        it.wait_for("the fleet is not seen")
        answer = it.get("/api/v1/summary")
        assert answer.status == 503
        assert "127.0.0.1:9" in json.loads(answer.body)["error"]
        assert it.get("/").status == 200


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--path-prefix", "watch"), 2, "is not a path"),
        (("--path-prefix", '/a"b'), 2, "is not a path"),
        (("--grafana", "grafana.example"), 2, "is no address"),
        (("--refresh", "10ms"), 2, "less than a second"),
        (("--refresh", "soon"), 2, "is not a duration"),
        (("--listen", "9480"), 2, "is not host:port"),
        (("--token-file", "/nonexistent/token"), 1, "/nonexistent/token: cannot be read"),
        (("--web-config-file", "/nonexistent/web.yml"), 1, "/nonexistent/web.yml: cannot be read"),
        (("--listen", "0.0.0.0:0"), 2, "can be reached from a network"),
        (("--listen", "0.0.0.0:0", "--insecure"), 2, "anybody could look"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(words: tuple[str, ...], code: int, said: str) -> None:
    done = run("console", *NOWHERE, *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    done = run("console", *NOWHERE, "--operator-token-file", str(tmp_path / "token"))
    assert done.returncode == 1
    assert "a token has 16 letters or more" in done.stderr
    assert "openssl rand" in done.stderr
