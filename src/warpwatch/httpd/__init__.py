"""One small server front for everything that speaks HTTP.

server     uvicorn parses and answers; this starts and stops it
guard      what it leaves to its users: deadlines for slow heads and slow readers
edge       TLS, passwords, a rate and headers, from a file that is followed
           (webconfig, tls, passwords); loaded by those alone who have one
address    where to listen, and who is there already
message    what is asked and answered, and the bounds on both
"""

from warpwatch.httpd.address import address, bind, join_address
from warpwatch.httpd.message import Handler, Limits, Request, Response, plain
from warpwatch.httpd.server import Server

__all__ = [
    "Handler",
    "Limits",
    "Request",
    "Response",
    "Server",
    "address",
    "bind",
    "join_address",
    "plain",
]
