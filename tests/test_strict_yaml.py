"""YAML that we are given: plain data, or an error that names the line."""

import pytest

from warpwatch import strict_yaml
from warpwatch.errors import InputError

WRONG = {
    "a: 1\nb: 2\na: 3": "x.yaml:3: is not good YAML: the key 'a' is there twice",
    "a: [": "x.yaml:1: is not good YAML",
    "a: '\\ud800'": "",
    'a: "\\ud800"': "x.yaml:1: is not good YAML: half of a character",
    "? [1]\n: 2": "x.yaml:1: is not good YAML",
    "a: !!python/name:os.system": "x.yaml:1: is not good YAML",
    "a: !!int": "x.yaml: is not YAML",
    "a: !!bool maybe": "x.yaml: is not YAML",
    "a: !!timestamp soon": "x.yaml: is not YAML",
    "a: 2026-99-99": "x.yaml: is not YAML",
    f"a: {'1' * 5000}": "x.yaml: is not YAML",
    "[" * 5000: "x.yaml: is not YAML",
    "\x00": "x.yaml: is not YAML",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_no_yaml_is_said_with_its_line(text: str) -> None:
    if not WRONG[text]:
        assert strict_yaml.read(text.encode(), "x.yaml") == {"a": "\\ud800"}
        return
    with pytest.raises(InputError) as caught:
        strict_yaml.read(text.encode(), "x.yaml")
    assert caught.value.message.startswith(WRONG[text])


def test_a_merged_key_is_no_second_one() -> None:
    text = b"base: &base {a: 1}\nmore: {<<: *base, a: 2}"
    assert strict_yaml.read(text, "x.yaml") == {"base": {"a": 1}, "more": {"a": 2}}
