"""TLS, certificates of clients, passwords, a rate: the real server, a real client."""

import asyncio
import base64
import http.client
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import bcrypt
import pytest

from certificates import Authority, Identity
from warpwatch.clock import Clock, ManualClock, SystemClock
from warpwatch.errors import InputError
from warpwatch.httpd import Request, Response, Server, plain
from warpwatch.httpd.edge import Edge
from warpwatch.httpd.passwords import Passwords, Verdict

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
USERS = f"basic_auth_users:\n  alice: {HASH}\n"


async def page(request: Request) -> Response:
    return plain(f"{request.path}\n")


@asynccontextmanager
async def serving(web: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Server, Edge]]:
    edge = Edge(web, clock or SystemClock())
    server = Server(page, "127.0.0.1:0", edge=edge)
    await server.start()
    try:
        yield server, edge
    finally:
        await server.stop(grace=1)


def get(
    port: int, context: ssl.SSLContext | None = None, **headers: str
) -> tuple[int, dict[str, str]]:
    connection: http.client.HTTPConnection
    if context is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    else:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    try:
        connection.request("GET", "/metrics", headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def trusting(authority: Authority, client: Identity | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(authority.cert))
    if client is not None:
        context.load_cert_chain(client.cert, client.key)
    return context


def written(folder: Path, text: str) -> Path:
    path = folder / "web.yml"
    path.write_text(text)
    return path


def secured(folder: Path, identity: Identity, *more: str) -> Path:
    lines = [f"cert_file: {identity.cert.name}", f"key_file: {identity.key.name}", *more]
    return written(folder, "tls_server_config:\n" + "".join(f"  {line}\n" for line in lines))


def test_a_page_goes_over_tls_to_who_trusts_the_authority(
    tmp_path: Path, authority: Authority
) -> None:
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"))

    async def story() -> None:
        async with serving(web) as (server, _):
            status, _ = await asyncio.to_thread(get, server.port, trusting(authority))
            assert status == 200
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.to_thread(get, server.port, ssl.create_default_context())
            with pytest.raises((http.client.HTTPException, ConnectionError)):
                await asyncio.to_thread(get, server.port)

    asyncio.run(story())


def test_texts_in_the_file_do_as_well_as_files(tmp_path: Path, authority: Authority) -> None:
    identity = authority.vouch("server", "127.0.0.1")
    texts = [
        f"  {name}: |\n" + "".join(f"    {line}\n" for line in path.read_text().splitlines())
        for name, path in (("cert", identity.cert), ("key", identity.key))
    ]
    web = written(tmp_path, "tls_server_config:\n" + "".join(texts))

    async def story() -> None:
        async with serving(web) as (server, _):
            assert (await asyncio.to_thread(get, server.port, trusting(authority)))[0] == 200

    before = len(list(Path("/proc/self/fd").iterdir()))
    asyncio.run(story())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_versions_and_suites_are_held_to(tmp_path: Path, authority: Authority) -> None:
    suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    lines = ("max_version: TLS12", f"cipher_suites: [{suite}]", "curve_preferences: [CurveP384]")
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"), *lines)

    async def story() -> None:
        async with serving(web) as (server, _):
            _, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=trusting(authority)
            )
            assert writer.get_extra_info("ssl_object").version() == "TLSv1.2"
            assert writer.get_extra_info("cipher")[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
            writer.close()
            newest = trusting(authority)
            newest.minimum_version = ssl.TLSVersion.TLSv1_3
            with pytest.raises(ssl.SSLError):
                await asyncio.to_thread(get, server.port, newest)

    asyncio.run(story())


def suite(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain_,
        context.wrap_socket(plain_, server_hostname="127.0.0.1") as secure,
    ):
        name, version, _ = secure.cipher() or ("", "", 0)
        return secure.version() or version, name


def test_where_only_suites_of_the_newest_version_are_named_no_older_one_is_spoken(
    tmp_path: Path, authority: Authority
) -> None:
    identity = authority.vouch("server", "127.0.0.1")
    web = secured(tmp_path, identity, "cipher_suites: [TLS_AES_128_GCM_SHA256]")
    older = trusting(authority)
    older.maximum_version = ssl.TLSVersion.TLSv1_2

    async def story() -> None:
        async with serving(web) as (server, _):
            version, _name = await asyncio.to_thread(suite, server.port, trusting(authority))
            assert version == "TLSv1.3"
            with pytest.raises(ssl.SSLError):
                await asyncio.to_thread(suite, server.port, older)

    asyncio.run(story())
    web = secured(
        tmp_path, identity, "cipher_suites: [TLS_AES_128_GCM_SHA256]", "max_version: TLS12"
    )
    with pytest.raises(InputError, match=r"all of these are of TLS 1\.3"):
        Edge(web, SystemClock())


@pytest.mark.parametrize("server_chooses", [True, False])
def test_the_order_of_suites_is_the_servers_unless_it_leaves_that_to_clients(
    *, server_chooses: bool, tmp_path: Path, authority: Authority
) -> None:
    ours, theirs = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"
    web = secured(
        tmp_path,
        authority.vouch("server", "127.0.0.1"),
        "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, "
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]",
        f"prefer_server_cipher_suites: {str(server_chooses).lower()}",
    )
    client = trusting(authority)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers(f"{theirs}:{ours}")

    async def story() -> None:
        async with serving(web) as (server, _):
            _, name = await asyncio.to_thread(suite, server.port, client)
            assert name == (ours if server_chooses else theirs)

    asyncio.run(story())


def test_authorities_may_have_comments_in_any_language(
    tmp_path: Path, authority: Authority
) -> None:
    text = authority.cert.read_text()
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# Főtanúsítvány\n{text}\n# 認証局\n{text}", encoding="utf-8")
    client = authority.vouch("prometheus")
    lines = "client_ca_file: bundle.pem", "client_auth_type: RequireAndVerifyClientCert"
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"), *lines)

    async def story() -> None:
        async with serving(web) as (server, _):
            context = trusting(authority, client)
            assert (await asyncio.to_thread(get, server.port, context))[0] == 200

    asyncio.run(story())
    bundle.write_text(text.replace("MII", "Mïï"), encoding="utf-8")
    with pytest.raises(InputError, match="no certificates in"):
        Edge(web, SystemClock())


def test_a_defect_of_ours_does_not_end_the_following(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    web = written(tmp_path, USERS)
    edge = Edge(web, SystemClock())
    request = Request("GET", "/metrics", {"authorization": basic("alice", "secret")})

    def defective(path: Path) -> None:
        raise TypeError(path)

    with monkeypatch.context() as patched:
        patched.setattr("warpwatch.httpd.edge.load", defective)
        web.write_text(USERS + "# touched\n")
        edge.follow()
        edge.follow()
    assert asyncio.run(edge.admit(request)) is None, "what was stays in force"
    said = [record.getMessage() for record in caplog.records]
    assert said == ["the web configuration stays as it was"]
    web.write_text("")
    edge.follow()
    assert "no passwords" in edge.summary


def test_a_file_that_takes_the_place_of_one_just_like_it_is_seen(
    tmp_path: Path, authority: Authority
) -> None:
    """As when a folder of mounted files is swapped: neither size nor time need differ."""
    identity = authority.vouch("server", "127.0.0.1")
    edge = Edge(secured(tmp_path, identity), SystemClock())
    assert edge.tls is not None
    before, found = edge.tls.current, identity.cert.stat()
    swapped = tmp_path / "swapped"
    swapped.write_bytes(identity.cert.read_bytes())
    os.utime(swapped, ns=(found.st_atime_ns, found.st_mtime_ns))
    swapped.rename(identity.cert)
    edge.follow()
    assert edge.tls.current is not before


def test_a_path_that_can_be_none_is_refused(tmp_path: Path) -> None:
    web = written(tmp_path, 'tls_server_config: {cert_file: "a\\0b", key_file: k}\n')
    with pytest.raises(InputError, match="is no path"):
        Edge(web, SystemClock())


def test_only_a_client_with_a_certificate_of_an_allowed_name_comes_in(
    tmp_path: Path, authority: Authority
) -> None:
    web = secured(
        tmp_path,
        authority.vouch("server", "127.0.0.1"),
        f"client_ca_file: {authority.cert}",
        "client_auth_type: RequireAndVerifyClientCert",
        "client_allowed_sans: [prometheus.example, 'spiffe://cluster/prometheus', 'fd00::1']",
    )
    stranger = Authority(tmp_path, "stranger").vouch("prometheus-of-others", "prometheus.example")
    clients = {
        "by name": (authority.vouch("by-name", "other.example", "prometheus.example"), True),
        "by uri": (authority.vouch("by-uri", "spiffe://cluster/prometheus"), True),
        "by address": (authority.vouch("by-address", "fd00:0::1"), True),
        "of another address": (authority.vouch("by-other", "fd00::2"), False),
        "of another name": (authority.vouch("other", "grafana.example"), False),
        "of another authority": (stranger, False),
        "without": (None, False),
    }

    async def story() -> None:
        async with serving(web) as (server, _):
            for name, (client, welcome) in clients.items():
                context = trusting(authority, client)
                if welcome:
                    assert (await asyncio.to_thread(get, server.port, context))[0] == 200, name
                else:
                    with pytest.raises((OSError, http.client.HTTPException)):
                        await asyncio.to_thread(get, server.port, context)

    asyncio.run(story())


def test_a_new_certificate_serves_the_next_connection(tmp_path: Path, authority: Authority) -> None:
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"))

    async def subject(port: int) -> object:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting(authority))
        names = writer.get_extra_info("peercert")["subjectAltName"]
        writer.close()
        return names

    async def story() -> None:
        async with serving(web) as (server, edge):
            authority.vouch("server", "127.0.0.1", "renewed.example")
            assert await subject(server.port) == (("IP Address", "127.0.0.1"),)
            edge.follow()
            assert ("DNS", "renewed.example") in await subject(server.port)  # type: ignore[operator]

    asyncio.run(story())


def test_files_that_come_after_they_were_named_are_taken(
    tmp_path: Path, authority: Authority
) -> None:
    """As when a configuration is rolled out before the certificate that it names."""
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"))
    edge = Edge(web, SystemClock())
    later = Identity(tmp_path / "later.crt", tmp_path / "later.key")
    secured(tmp_path, later)
    edge.follow()
    assert edge.tls is not None
    before = edge.tls.current
    authority.vouch("later", "127.0.0.1")
    edge.follow()
    assert edge.tls.current is not before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("server.key", "nothing of a key"),
        ("server.key", None),
        ("web.yml", None),
        ("web.yml", "tls_server_config: {nonsense: 1}"),
        ("web.yml", USERS),
    ],
    ids=["bad key", "no key", "no file", "unknown key", "TLS off"],
)
def test_a_change_that_does_not_load_leaves_what_was(
    name: str,
    content: str | None,
    tmp_path: Path,
    authority: Authority,
    caplog: pytest.LogCaptureFixture,
) -> None:
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"))

    async def story() -> None:
        async with serving(web) as (server, edge):
            if content is None:
                tmp_path.joinpath(name).unlink()
            else:
                tmp_path.joinpath(name).write_text(content)
            edge.follow()
            edge.follow()
            assert (await asyncio.to_thread(get, server.port, trusting(authority)))[0] == 200

    asyncio.run(story())
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1, "said once, not at every look"
    assert said[0].startswith("the web configuration stays as it was: ")


def test_a_file_that_is_wrong_at_the_start_stops_it(tmp_path: Path, authority: Authority) -> None:
    identity = authority.vouch("server")
    other = authority.vouch("other")
    wrong = {
        str(tmp_path / "none.yml"): tmp_path / "none.yml",
        "do not load": secured(tmp_path, Identity(identity.cert, other.key)),
    }
    for problem, path in wrong.items():
        with pytest.raises(InputError) as caught:
            Edge(path, SystemClock())
        assert problem in caught.value.message
    for line, problem in {
        "client_ca_file: absent.pem": "absent.pem cannot be read",
        "client_ca_file: server.key": "no certificates in",
        "cipher_suites: [TLS_NONE]": "TLS_NONE: not known",
        "curve_preferences: [CurveP256, X25519]": "one curve",
    }.items():
        web = secured(tmp_path, identity, line, "client_auth_type: VerifyClientCertIfGiven")
        if "client_ca" not in line:
            web = secured(tmp_path, identity, line)
        with pytest.raises(InputError) as caught:
            Edge(web, SystemClock())
        assert problem in caught.value.message


def test_a_key_under_a_passphrase_is_refused_and_not_waited_for(
    tmp_path: Path, authority: Authority
) -> None:
    from cryptography.hazmat.primitives import serialization

    identity = authority.vouch("server")
    key = serialization.load_pem_private_key(identity.key.read_bytes(), None)
    identity.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"x"),
        )
    )
    with pytest.raises(InputError, match="under a passphrase"):
        Edge(secured(tmp_path, identity), SystemClock())


def test_who_has_no_password_gets_no_page(tmp_path: Path) -> None:
    web = written(tmp_path, USERS)

    async def story() -> None:
        async with serving(web) as (server, edge):
            for authorization, expected in {
                basic("alice", "secret"): 200,
                basic("alice", "wrong"): 401,
                basic("bob", "secret"): 401,
                basic("alice", "secret\0"): 401,
                "Basic !!!": 401,
                "Basic": 401,
                "Bearer secret": 401,
                "basic " + basic("alice", "secret")[6:]: 200,
            }.items():
                status, headers = await asyncio.to_thread(
                    get, server.port, authorization=authorization
                )
                assert status == expected, authorization
                if status == 401:
                    assert headers["www-authenticate"] == "Basic"
            assert (await asyncio.to_thread(get, server.port))[0] == 401
            other = bcrypt.hashpw(b"new", bcrypt.gensalt(4)).decode()
            web.write_text(f"basic_auth_users:\n  alice: {other}\n  carol: {HASH}\n")
            edge.follow()
            for user, password, expected in (
                ("alice", "secret", 401),
                ("alice", "new", 200),
                ("carol", "secret", 200),
            ):
                header = basic(user, password)
                assert (await asyncio.to_thread(get, server.port, authorization=header))[
                    0
                ] == expected

    asyncio.run(story())


def test_a_password_is_hashed_once_and_the_memory_of_it_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[bytes] = []
    real = bcrypt.checkpw

    def counting(password: bytes, hashed: bytes) -> bool:
        checked.append(password)
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counting)

    async def story() -> None:
        passwords = Passwords({"alice": HASH})
        right, wrong = basic("alice", "secret"), basic("alice", "guess 0")
        answers = await asyncio.gather(*(passwords.judge(right) for _ in range(20)))
        assert set(answers) == {Verdict.RIGHT}
        assert checked == [b"secret"]
        for number in range(100):
            said = await passwords.judge(basic("alice", f"guess {number}"))
            assert said is Verdict.WRONG
        assert await passwords.judge(wrong) is Verdict.WRONG
        assert len(checked) == 101
        await passwords.judge(basic("alice", "one more"))
        assert await passwords.judge(wrong) is Verdict.WRONG
        assert len(checked) == 103, "forgotten after a hundred others, and checked again"
        assert await passwords.judge(right) is Verdict.RIGHT
        assert len(checked) == 103, "no guess makes it forget a right one"

    asyncio.run(story())


def test_a_long_password_is_cut_where_bcrypt_cuts_it() -> None:
    hashed = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()

    async def story() -> None:
        passwords = Passwords({"a": hashed})
        assert await passwords.judge(basic("a", "x" * 100)) is Verdict.RIGHT
        assert await passwords.judge(basic("a", "x" * 71)) is Verdict.WRONG

    asyncio.run(story())


def test_guesses_neither_queue_up_nor_keep_out_who_was_right_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def slowly(password: bytes, hashed: bytes) -> bool:
        del hashed
        return password == b"secret" or not go_on.wait(10)

    monkeypatch.setattr(bcrypt, "checkpw", slowly)

    async def story() -> None:
        passwords = Passwords({"alice": HASH})
        right = basic("alice", "secret")
        assert await passwords.judge(right) is Verdict.RIGHT
        guesses = [asyncio.create_task(passwords.judge(basic("alice", str(n)))) for n in range(200)]
        await asyncio.sleep(0)
        refused = [each for each in guesses if each.done()]
        assert len(refused) == 192, "eight wait, all others are told at once"
        assert await passwords.judge(right) is Verdict.RIGHT
        guesses[0].cancel()
        same = asyncio.create_task(passwords.judge(basic("alice", "0")))
        await asyncio.sleep(0)
        go_on.set()
        assert await same is Verdict.WRONG, "who leaves takes nobody's answer along"
        said = await asyncio.gather(*guesses[1:])
        assert (said.count(Verdict.BUSY), said.count(Verdict.WRONG)) == (192, 7)
        assert await passwords.judge(basic("alice", "later")) is Verdict.WRONG

    asyncio.run(story())


def test_too_many_guesses_are_told_to_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = Edge(written(tmp_path, USERS), SystemClock())
    monkeypatch.setattr("warpwatch.httpd.passwords._WAITING", 0)
    request = Request("GET", "/metrics", {"authorization": basic("alice", "secret")})
    refusal = asyncio.run(edge.admit(request))
    assert refusal is not None
    assert refusal.status == 429


def test_a_user_who_is_not_there_takes_as_long_as_the_costliest_and_never_comes_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    against: list[bytes] = []

    def matching(password: bytes, hashed: bytes) -> bool:
        del password
        against.append(hashed)
        return True

    monkeypatch.setattr(bcrypt, "checkpw", matching)
    users = {"alice": HASH, "bob": HASH.replace("$04$", "$12$"), "carol": HASH}

    async def story() -> None:
        assert await Passwords(users).judge(basic("mallory", "secret")) is Verdict.WRONG

    asyncio.run(story())
    assert [hashed[:7] for hashed in against] == [b"$2y$12$"]


def test_a_new_certificate_does_not_make_it_forget_who_was_right(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = secured(tmp_path, authority.vouch("server", "127.0.0.1"))
    web.write_text(web.read_text() + USERS)
    edge = Edge(web, SystemClock())
    request = Request("GET", "/metrics", {"authorization": basic("alice", "secret")})

    async def story() -> None:
        assert await edge.admit(request) is None
        monkeypatch.setattr(bcrypt, "checkpw", None)
        authority.vouch("server", "127.0.0.1", "renewed.example")
        edge.follow()
        assert await edge.admit(request) is None

    asyncio.run(story())


def test_headers_are_on_every_answer(tmp_path: Path) -> None:
    web = written(
        tmp_path, USERS + "http_server_config:\n  headers:\n    X-Content-Type-Options: nosniff\n"
    )

    async def story() -> None:
        async with serving(web) as (server, _):
            for header, expected in ((basic("alice", "secret"), 200), ("", 401)):
                status, headers = await asyncio.to_thread(get, server.port, authorization=header)
                assert (status, headers["x-content-type-options"]) == (expected, "nosniff")

    asyncio.run(story())


def test_requests_beyond_the_rate_are_refused_until_time_has_passed(tmp_path: Path) -> None:
    clock = ManualClock()
    web = written(tmp_path, "rate_limit: {interval: 10s, burst: 2}\n")

    async def story() -> None:
        async with serving(web, clock) as (server, _):

            async def statuses(count: int) -> list[int]:
                return [(await asyncio.to_thread(get, server.port))[0] for _ in range(count)]

            assert await statuses(3) == [200, 200, 429]
            clock.advance(9)
            assert await statuses(1) == [429]
            clock.advance(11)
            assert await statuses(3) == [200, 200, 429]

    asyncio.run(story())
