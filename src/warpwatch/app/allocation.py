"""Memory that would be kept for nobody.

The C library gives each of the first threads a heap of its own, so that they need not wait for
each other. Ours wait for the interpreter anyway, and there is one for every GPU. And starting takes
more than running: what is free thereafter goes back to the machine. Together that is a tenth of
what is resident. C libraries other than glibc have neither option, and go without.

Python looks for rings among all old objects only once their number has grown by a quarter. What
was made at the start lasts for ever: left out of that account, it no longer lets rings of closed
connections pile up for minutes.
"""

import ctypes
import gc

_M_ARENA_MAX = -8
"""As <malloc.h> has it."""


def one_heap() -> None:
    """To be called before there are threads."""
    _call("mallopt", _M_ARENA_MAX, 1)


def settle() -> None:
    """To be called once the program has started."""
    gc.collect()
    gc.freeze()
    gc.collect()  # only this counts what is old anew
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*arguments)
