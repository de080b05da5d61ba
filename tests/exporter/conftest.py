"""A scripted source for the exporter's tests."""

import pytest

from scripted import ScriptedSource


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()
