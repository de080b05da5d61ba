"""Started in a child's place: becomes the child, after asking the kernel to end it with us.

    python leash.py PARENT PROGRAM ARGUMENT…

Nothing that runs before the end of its parent can promise to run at it, so only the kernel can
keep a child from outliving one that was killed. It holds the thread that started us to be the
parent, which is the main one. A file that needs nothing, so that it starts in milliseconds; and
not a function between fork and exec, since the parent has threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == int(sys.argv[1]):  # else it has ended already
        try:
            os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  what the supervisor named
        except OSError as error:
            raise SystemExit(f"error: {sys.argv[2]}: {error.strerror}") from error
