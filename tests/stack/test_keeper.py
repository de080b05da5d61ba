"""One child: its start, its health, its restarts, its end; with small programs that misbehave."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from process import PATIENCE
from rig import alive, wait_until
from warpwatch.clock import SystemClock
from warpwatch.stack import ports
from warpwatch.stack.keeper import LEASH, Keeper, Pace, Spec, State
from warpwatch.stack.log_file import LogFile

QUICK = Pace(
    look=0.05, eager=0.02, patience=0.2, silence=0.3, first_wait=0.01, longest_wait=0.05, grace=0.3
)
SERVE = """
import http.server, signal, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *a): pass
print("serving", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE
BROKEN = "import sys\nprint('level=error err=\"no idea\"', flush=True)\nprint('bye')\nsys.exit(7)"
WITH_CHILD = "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid, flush=True)\n" + SERVE
CHATTY = "import sys\nsys.stdout.write('x' * 200_000 + '\\nend\\n')\nsys.stdout.flush()\n" + SERVE

Doing = Callable[[Keeper, LogFile], Awaitable[None]]


def keep(
    folder: Path,
    code: str,
    doing: Doing,
    mend: Callable[[Sequence[str]], str] = lambda _: "",
) -> Keeper:
    """A keeper of a child that runs this code, while something is done."""
    listen = ports.choose("127.0.0.1:0").listen
    command = [sys.executable, "-c", code, listen.rpartition(":")[2]]
    spec = Spec("child", command, listen, "/", mend)
    out = LogFile(folder / "child.log")

    async def main() -> Keeper:
        keeper = Keeper(spec, SystemClock(), QUICK, out, lambda: None)
        running = asyncio.create_task(keeper.run())
        try:
            async with asyncio.timeout(PATIENCE):
                await doing(keeper, out)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return keeper

    return asyncio.run(main())


async def until(seen: Callable[[], bool]) -> None:
    while not seen():
        await asyncio.sleep(0.01)


def test_it_is_ready_once_it_answers_and_ends_with_its_keeper(tmp_path: Path) -> None:
    pids: list[int] = []

    async def doing(keeper: Keeper, out: LogFile) -> None:
        await until(lambda: keeper.state is State.READY)
        assert keeper.settled.is_set()
        assert "serving" in out.last
        pids.append(keeper.pid)
        assert os.getpgid(keeper.pid) == keeper.pid

    keeper = keep(tmp_path, SERVE, doing)
    assert keeper.state is State.STOPPED
    assert not alive(pids[0])
    assert (tmp_path / "child.log").read_text() == "serving\n"


def test_one_that_fails_is_tried_again_and_its_complaint_is_told(tmp_path: Path) -> None:
    async def doing(keeper: Keeper, out: LogFile) -> None:
        del out
        await until(lambda: keeper.restarts >= 3)
        assert keeper.settled.is_set()
        assert keeper.trouble == 'ended with code 7: level=error err="no idea"'

    keep(tmp_path, BROKEN, doing)


def test_one_that_is_killed_comes_back_as_another_process(tmp_path: Path) -> None:
    async def doing(keeper: Keeper, out: LogFile) -> None:
        del out
        await keeper.settled.wait()
        first = keeper.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: keeper.state is State.READY and keeper.pid != first)
        assert (keeper.restarts, keeper.trouble) == (1, "")

    keep(tmp_path, SERVE, doing)


def test_one_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    async def doing(keeper: Keeper, out: LogFile) -> None:
        del out
        await keeper.settled.wait()
        first = keeper.pid
        os.kill(first, signal.SIGSTOP)
        await until(lambda: keeper.state is State.SILENT)
        assert "does not answer" in keeper.trouble
        await until(lambda: keeper.state is State.READY)
        assert keeper.pid != first
        assert not alive(first)

    keep(tmp_path, SERVE, doing)


def test_one_that_hears_no_sigterm_is_killed(tmp_path: Path) -> None:
    pids: list[int] = []

    async def doing(keeper: Keeper, out: LogFile) -> None:
        del out
        await keeper.settled.wait()
        pids.append(keeper.pid)

    keep(tmp_path, DEAF, doing)
    wait_until(lambda: not alive(pids[0]), "it ends")


def test_what_a_child_has_started_itself_ends_with_it(tmp_path: Path) -> None:
    pids: list[int] = []

    async def doing(keeper: Keeper, out: LogFile) -> None:
        await keeper.settled.wait()
        pids.append(int(out.last[0]))
        assert alive(pids[0])

    keep(tmp_path, WITH_CHILD, doing)
    wait_until(lambda: not alive(pids[0]), "the grandchild ends")


def test_a_line_without_end_is_cut_and_stops_nobody(tmp_path: Path) -> None:
    async def doing(keeper: Keeper, out: LogFile) -> None:
        await keeper.settled.wait()
        await until(lambda: "end" in out.last)

    keep(tmp_path, CHATTY, doing)
    assert (tmp_path / "child.log").read_text().count("x") == 200_000


def test_what_was_mended_is_told(tmp_path: Path) -> None:
    words: list[Sequence[str]] = []

    def mend(last: Sequence[str]) -> str:
        words.append(last)
        return "moved aside" if len(words) == 1 else ""

    async def doing(keeper: Keeper, out: LogFile) -> None:
        del out
        await until(lambda: keeper.restarts == 1)
        assert keeper.trouble == "moved aside"
        await until(lambda: keeper.restarts > 1)

    keep(tmp_path, BROKEN, doing, mend)
    assert words[0][-1] == "bye"


def test_one_that_cannot_be_started_is_told_of(tmp_path: Path) -> None:
    async def main() -> None:
        spec = Spec("child", ["/gone/child"], "127.0.0.1:1", "/")
        keeper = Keeper(spec, SystemClock(), QUICK, LogFile(tmp_path / "child.log"), lambda: None)
        running = asyncio.create_task(keeper.run())
        await keeper.settled.wait()
        assert keeper.trouble.endswith("error: /gone/child: No such file or directory")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())


HOLDER = """
import os, subprocess, sys
parent = sys.argv[2] or str(os.getpid())
child = subprocess.Popen([sys.executable, "-I", "-S", sys.argv[1], parent, "/bin/sleep", "60"])
print(child.pid, flush=True)
child.wait()
"""


def holder(parent: str) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", HOLDER, str(LEASH), parent]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_the_leash_ends_a_child_whose_parent_was_killed() -> None:
    with holder("") as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        wait_until(lambda: Path(f"/proc/{child}/comm").read_text() == "sleep\n", "it is the child")
        parent.kill()
    wait_until(lambda: not alive(child), "the child ends")


def test_a_child_whose_parent_has_ended_already_never_starts() -> None:
    with holder("1") as other:
        assert other.wait(PATIENCE) == 0


def test_it_waits_longer_and_longer_up_to_a_bound(tmp_path: Path) -> None:
    slept: list[float] = []

    class Sleeper(SystemClock):
        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            await super().sleep(0)

    async def main() -> None:
        spec = Spec("child", ["/bin/false"], "127.0.0.1:1", "/")
        pace = Pace(eager=0.5, first_wait=1.0, longest_wait=5.0)
        keeper = Keeper(spec, Sleeper(), pace, LogFile(tmp_path / "child.log"), lambda: None)
        running = asyncio.create_task(keeper.run())
        await until(lambda: keeper.restarts > 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    assert [each for each in slept if each != 0.5][:5] == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_after_a_long_life_it_waits_no_longer_than_at_first(tmp_path: Path) -> None:
    slept: list[float] = []

    class Leaper(SystemClock):
        leapt = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.leapt

        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            await super().sleep(0)

    async def main() -> None:
        clock = Leaper()
        spec = Spec("child", ["/bin/false"], "127.0.0.1:1", "/")
        pace = Pace(eager=0.5, first_wait=1.0, longest_wait=60.0)

        def changed() -> None:
            if keeper.state is State.STOPPED and keeper.restarts == 3:
                clock.leapt = 61.0

        keeper = Keeper(spec, clock, pace, LogFile(tmp_path / "child.log"), changed)
        running = asyncio.create_task(keeper.run())
        await until(lambda: keeper.restarts > 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    assert [each for each in slept if each != 0.5][:5] == [1.0, 2.0, 4.0, 1.0, 2.0]
