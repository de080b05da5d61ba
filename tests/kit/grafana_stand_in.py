"""Stands in for Grafana, of which there is no package: keeps what it was started with, and answers.

Copied to a folder of PATH under the name `grafana`.
"""

import configparser
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        healthy = self.path == "/api/health"
        self.send_response(200 if healthy else 404)
        self.end_headers()
        self.wfile.write(b'{"database": "ok"}' if healthy else b"")


def main() -> None:
    if "--version" in sys.argv:
        print("grafana version 11.2.0")  # noqa: T201  as the real one does
        return
    given = dict(word.removeprefix("--").split("=", 1) for word in sys.argv[2:])
    config = configparser.ConfigParser(interpolation=None)
    config.read(given["config"])
    seen = {"words": sys.argv[1:], "provisioning": config["paths"]["provisioning"]}
    Path(given["config"]).with_name("seen.json").write_text(json.dumps(seen))
    listen = (config["server"]["http_addr"], int(config["server"]["http_port"]))
    ThreadingHTTPServer(listen, _Handler).serve_forever()


if __name__ == "__main__":
    main()
