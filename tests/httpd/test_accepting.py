"""A machine that is out of file descriptors says so once a minute, and not for every attempt."""

import asyncio
import errno
import logging
import os
from collections.abc import Iterator

import pytest

from warpwatch.httpd.accepting import AGAIN_SECONDS, Accepting


class Timed(asyncio.SelectorEventLoop):
    now = 0.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def loop() -> Iterator[Timed]:
    made = Timed()
    yield made
    made.close()


def accept(handler: Accepting, loop: Timed, number: int, **more: object) -> None:
    error = OSError(number, os.strerror(number))
    handler(loop, {"message": "socket.accept() out of system resource", "exception": error, **more})


def test_what_cannot_be_accepted_is_said_once_a_minute(
    loop: Timed, caplog: pytest.LogCaptureFixture
) -> None:
    handler = Accepting()
    for number in (errno.EMFILE, errno.ENFILE, errno.EMFILE):
        accept(handler, loop, number, socket=None)
        loop.now += 1
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "Too many open files" in caplog.messages[0]
    loop.now = AGAIN_SECONDS
    accept(handler, loop, errno.EMFILE, socket=None)
    assert len(caplog.records) == 2


def test_any_other_trouble_is_told_as_always(loop: Timed, caplog: pytest.LogCaptureFixture) -> None:
    handler = Accepting()
    accept(handler, loop, errno.EIO, socket=None)
    accept(handler, loop, errno.EMFILE)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
