"""One thread per device, so that a driver call which never returns holds up nobody else."""

import asyncio
import functools
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
Call = Callable[[], T]


async def patiently(future: "asyncio.Future[T]", seconds: float) -> T | None:
    """The result, or None if it does not come in time; what was started goes on."""
    await asyncio.wait({future}, timeout=seconds)
    return future.result() if future.done() else None


class Worker(Generic[T]):
    """Runs one call at a time; a call that outlives its caller's patience keeps the worker
    busy, and no second one is started until it returns.

    The thread is a daemon: a call stuck in a driver must not keep the process from ending. It is
    started by the first call, so that a worker that never got one leaves nothing behind.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Call[T], asyncio.Future[T]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self.pending: asyncio.Future[T] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def busy(self) -> bool:
        return self.pending is not None and not self.pending.done()

    def submit(self, call: Call[T]) -> "asyncio.Future[T]":
        future, start = self.ready(call)
        start()
        return future

    def ready(self, call: Call[T]) -> tuple["asyncio.Future[T]", Callable[[], None]]:
        """Busy with it from now on; it is begun by calling the second, from any thread."""
        if self.busy:
            raise RuntimeError("the worker is busy")
        if self._thread.ident is None:
            self._thread.start()
        future = self.pending = self._loop.create_future()
        return future, functools.partial(self._calls.put, (call, future))

    def stop(self) -> None:
        """Ends the thread once its call returns; does not wait for that."""
        self._calls.put(None)

    def _run(self) -> None:
        while (item := self._calls.get()) is not None:
            call, future = item
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001  handed to whoever awaits the future
                self._deliver(future, error=error)
            else:
                self._deliver(future, result=result)

    def _deliver(
        self,
        future: "asyncio.Future[T]",
        *,
        result: T | None = None,
        error: BaseException | None = None,
    ) -> None:
        def settle() -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(settle)
