"""What can go wrong in a way that a user can mend.

    WarpwatchError
    ├── UsageError        the command line or the environment says something impossible (exit 2)
    ├── InputError        a file, a specification or a request is wrong; says where (exit 1)
    └── Unreachable       something we talk to does not answer (exit 4)

Every message names what was looked at; `hint` is the next thing to do or to run.
Anything that is not one of these is a defect of ours and keeps its traceback.
"""


class WarpwatchError(Exception):
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WarpwatchError):
    exit_code = 2


class InputError(WarpwatchError):
    """A fault in something we were given to read, with the place it stands in."""

    def __init__(self, where: str, problem: str, *, hint: str = "") -> None:
        super().__init__(f"{where}: {problem}", hint=hint)
        self.where = where
        self.problem = problem


class Unreachable(WarpwatchError):
    exit_code = 4
