"""What the file of the exporter toolkit may say, and how it is told what it may not."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import InputError
from warpwatch.httpd.webconfig import ClientAuth, Rate, Version, WebConfig, parse

PATH = Path("/etc/web/web.yml")
HASH = "$2y$04$" + "a" * 53
PAIR = "cert_file: c.pem, key_file: k.pem"


def test_an_empty_file_asks_for_nothing() -> None:
    assert parse(b"", PATH) == parse(b"# nothing\n", PATH) == WebConfig()


def test_a_whole_file_is_read() -> None:
    said = parse(
        f"""
tls_server_config:
  cert_file: server.crt
  key: "-----BEGIN KEY-----"
  client_ca_file: /abs/ca.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus.example, 10.0.0.1]
  min_version: TLS13
  prefer_server_cipher_suites: false
  cipher_suites: [TLS_AES_128_GCM_SHA256]
  curve_preferences: [CurveP256]
http_server_config:
  http2: false
  headers:
    X-Frame-Options: DENY
    Strict-Transport-Security: max-age=31536000
    X-XSS-Protection: ""
basic_auth_users:
  alice: {HASH}
rate_limit:
  interval: 1s
  burst: 20
""".encode(),
        PATH,
    )
    assert said.tls is not None
    assert said.tls.cert.path == Path("/etc/web/server.crt")
    assert (said.tls.key.path, said.tls.key.text) == (None, "-----BEGIN KEY-----")
    assert said.tls.client_auth is ClientAuth.REQUIRED
    assert said.tls.allowed_sans == {"prometheus.example", "10.0.0.1"}
    assert (said.tls.lowest, said.tls.highest) == (Version.TLS13, Version.TLS13)
    assert not said.tls.server_chooses
    assert said.headers == {
        "X-Frame-Options": "DENY",
        "Strict-Transport-Security": "max-age=31536000",
    }
    assert said.users == {"alice": HASH}
    assert said.rate == Rate(interval=1.0, burst=20)
    assert list(said.files()) == [Path("/etc/web/server.crt"), Path("/abs/ca.pem")]


def test_secrets_are_not_in_what_is_printed() -> None:
    said = parse(f"basic_auth_users: {{bob: {HASH}}}".encode(), PATH)
    assert HASH not in repr(said)
    said = parse(b"tls_server_config: {cert: c, key: hush}", PATH)
    assert "hush" not in repr(said)


WRONG = {
    "tls_config: {}": "unknown field `tls_config`",
    "tls_server_config: {certfile: x}": "unknown field `certfile` - at `$.tls_server_config`",
    "tls_server_config: {cert_file: c}": "gives neither key nor key_file",
    "tls_server_config: {key_file: k}": "gives neither cert nor cert_file",
    f"tls_server_config: {{{PAIR}, client_auth_type: VerifyClientCertIfGiven}}": "needs client_ca",
    f"tls_server_config: {{{PAIR}, cert: x}}": "is given twice",
    f"tls_server_config: {{{PAIR}, client_ca_file: a}}": "asks for no client certificate",
    f"tls_server_config: {{{PAIR}, client_auth_type: Maybe}}": "'Maybe' is not known",
    f"tls_server_config: {{{PAIR}, client_auth_type: RequireAnyClientCert}}": "nobody verified",
    f"tls_server_config: {{{PAIR}, client_allowed_sans: [a]}}": "binds only those who must show",
    f"tls_server_config: {{{PAIR}, min_version: TLS9}}": "Invalid enum value 'TLS9'",
    f"tls_server_config: {{{PAIR}, min_version: TLS13, max_version: TLS12}}": "above max_version",
    f"tls_server_config: {{{PAIR}, curve_preferences: [Curve1]}}": "Invalid enum value 'Curve1'",
    "http_server_config: {headers: {X-Mine: 1}}": "Expected `str`, got `int`",
    "http_server_config: {headers: {X-Mine: a}}": "X-Mine: cannot be set",
    "http_server_config: {headers: {X-Frame-Options: allow}}": "not one of deny, sameorigin",
    'http_server_config: {headers: {X-XSS-Protection: "a\\nb"}}': "a header cannot hold",
    "basic_auth_users: {alice: secret}": "basic_auth_users.alice: is not a bcrypt hash",
    f'basic_auth_users: {{"a:b": {HASH}}}': "has no colon",
    "rate_limit: {interval: 1s}": "nothing would be answered",
    "rate_limit: {interval: soon, burst: 1}": "'soon' is not a duration",
    "rate_limit: {interval: 1s, burst: -1}": "Expected `int` >= 0",
    "- a": "Expected `object`, got `array`",
    "basic_auth_users:\n  alice: a\n  alice: b": "web.yml:3: is not good YAML: the key 'alice'",
    "a: [": "is not good YAML",
    "{" * 3000: "is not YAML",
}


@pytest.mark.parametrize("text", WRONG, ids=[str(i) for i in range(len(WRONG))])
def test_what_is_wrong_is_named(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), PATH)
    assert WRONG[text] in caught.value.message
    assert caught.value.message.startswith(str(PATH))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_nothing_but_a_clear_error_comes_of_any_bytes(content: bytes) -> None:
    with contextlib.suppress(InputError):
        assert isinstance(parse(content, PATH), WebConfig)
