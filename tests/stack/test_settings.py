"""The table [stack]: what is taken, and how each mistake in it is told."""

from pathlib import Path

import pytest

from warpwatch.config.stack import stack
from warpwatch.errors import InputError, UsageError
from warpwatch.stack.settings import Settings

WHOLE = f"""
[exporter]
address = "127.0.0.1:9400"
[stack]
prometheus = "127.0.0.1:9091"
retention_time = "30d"
retention_size = "50GB"
wal_compression = false
external_labels = {{cluster = "lab"}}
rule_files = ["mine.yml"]
[stack.archives.prometheus]
source = "/opt/prometheus.tar.gz"
sha256 = "{"00" * 32}"
[[stack.scrape]]
job = "training"
targets = ["127.0.0.1:8000"]
[[stack.remote_write]]
url = "https://mimir.example/api/v1/push"
access = {{tenant = "gpus", bearer_token_file = "/etc/token"}}
"""


def read(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "warpwatch.toml"
    file.write_text(text)
    return stack(str(file), environment)


def test_everything_arrives(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    assert (settings.prometheus, settings.retention_time) == ("127.0.0.1:9091", "30d")
    assert not settings.wal_compression
    assert settings.scrape[0].targets == ("127.0.0.1:8000",)
    assert settings.remote_write[0].access.headers == {"X-Scope-OrgID": "gpus"}
    assert settings.rule_files == (str(Path.cwd() / "mine.yml"),)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    told = {"WARPWATCH_STACK__RETENTION_TIME": "7d", "WARPWATCH_STACK__WAL_COMPRESSION": "true"}
    settings = read(tmp_path, WHOLE, **told)
    assert (settings.retention_time, settings.wal_compression) == ("7d", True)


def test_without_a_file_all_is_as_usual(tmp_path: Path) -> None:
    assert stack("", {"XDG_CONFIG_HOME": str(tmp_path)}) == Settings()


EXISTING = """
[stack.existing]
prometheus = "http://x"
access = {username = "u", password_file = "p", bearer_token_file = "b"}
"""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[stack]\nretention = '1d'", "unknown field `retention`"),
        ("[stack]\nretention_time = 'a while'", r"\$\.retention_time"),
        ("[stack]\nretention_size = '5 gigabytes'", r"\$\.retention_size"),
        ("[stack]\nprometheus = '9090'", "is not host:port"),
        ("[stack]\nscrape = [{job = 'a b', targets = ['x:1']}]", r"scrape\[0\]\.job|scrape\[...\]"),
        ("[stack]\nscrape = [{job = 'a'}]", r"stack\.scrape\[0\]: must give one of targets"),
        (
            "[stack]\nscrape = [{job = 'a', targets = ['x:1'], http_sd = 'http://x'}]",
            r"stack\.scrape\[0\]: must give one of targets",
        ),
        ("[stack]\nscrape = [{job = 'gpus', targets = ['x:1']}]", "'gpus' is there already"),
        (
            "[stack]\nscrape = [{job='a', targets=['x:1'], access={tenant='t'}}]",
            "a scrape has none",
        ),
        (
            "[stack]\nremote_write = [{url = 'http://x', access = {username = 'u'}}]",
            r"remote_write\[0\]\.access: username and password_file go together",
        ),
        (
            "[stack]\nremote_write = [{url = 'http://x', access = {cert_file = 'c'}}]",
            "cert_file and key_file go together",
        ),
        (
            EXISTING,
            "both a bearer token and a user name",
        ),
        (
            f"[stack.archives.thanos]\nsource = 'x'\nsha256 = '{'0' * 64}'",
            "is no program of the stack",
        ),
        (
            "[stack.archives.prometheus]\nsource = 'x'\nsha256 = '../x'",
            r"\$\.archives\[...\]\.sha256",
        ),
        ("[stacks]\na = 1", r"\[stacks\]: is not known"),
    ],
)
def test_every_mistake_is_told_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises((InputError, UsageError), match=complaint):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("WARPWATCH_STACK__RETENTION", "1d", "is not a setting"),
        ("WARPWATCH_STACK__SCRAPE", "[]", "is not a setting"),
        ("WARPWATCH_STACK__WAL_COMPRESSION", "maybe", "is not true or false"),
    ],
)
def test_mistakes_of_the_environment_too(
    tmp_path: Path, name: str, value: str, complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        read(tmp_path, "", **{name: value})
