"""The next command, as the user in front of us types it: ./run in a clone, warpwatch elsewhere."""


def typed(hint: str) -> str:
    """A hint that begins with a command of ours."""
    from warpwatch import config

    program, _, words = hint.partition(" ")
    return f"{config.command()} {words}" if program == "warpwatch" and words else hint
