"""Log lines: on standard error, as text or as JSON, or in a file that does not grow for ever."""

import json
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
LONGEST_FILE = 5 * 1024 * 1024
OLDER_FILES = 2


def to_stderr(form: str, *, debug: bool = False) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else logging.Formatter(TEXT))
    _to(handler, debug=debug)


def to_file(path: Path) -> None:
    """For a program without a terminal that may run for months."""
    handler = RotatingFileHandler(
        path, maxBytes=LONGEST_FILE, backupCount=OLDER_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter(TEXT))
    _to(handler)


def _to(handler: logging.Handler, *, debug: bool = False) -> None:
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    # uvicorn tells of its own starting and stopping; the commands say that already.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    for talkative in ("httpx2", "httpcore2"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self._time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)

    def _time(self, record: logging.LogRecord) -> str:
        """With its zone, since such lines are gathered from many machines."""
        second, zone = (self.formatTime(record, form) for form in ("%Y-%m-%dT%H:%M:%S", "%z"))
        return f"{second}.{int(record.msecs):03d}{zone[:3]}:{zone[3:]}"
