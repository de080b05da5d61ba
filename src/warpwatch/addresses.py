"""Names and numbers of machines."""

import ipaddress


def loopback(host: str) -> bool:
    """Whether it is this machine, which nobody else can reach by it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
