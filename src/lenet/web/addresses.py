"""Addresses: which are public, how a host gets them, how one is connected to."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_UNICAST6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = (
    IPv4Network("168.63.129.16/32"),  # Azure's own services, on an address that looks public
    IPv4Network("192.0.0.0/24"),  # protocols; Oracle's metadata service
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv6Network("2001::/23"),  # protocols, Teredo among them
    IPv6Network("2002::/16"),  # 6to4: any IPv4 address inside
    IPv6Network("3fff::/20"),  # documentation
)

Resolve = Callable[[str, int], Sequence[str]]
Dial = Callable[[str, int, float], socket.socket]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet.

    Not so are private, loopback, link-local (with the metadata services of clouds), shared,
    multicast, reserved and documentation addresses, and tunnels. IPv4 inside IPv6 is judged as
    IPv4.

    >>> is_public("93.184.215.14"), is_public("::ffff:127.0.0.1"), is_public("100.100.100.200")
    (True, False, False)
    """
    try:
        found = ip_address(address)
    except ValueError:  # with a zone, for instance
        return False
    if isinstance(found, IPv6Address):
        inside = found.ipv4_mapped
        if found in _NAT64:  # what networks without IPv4 reach IPv4 by
            inside = IPv4Address(int(found) & 0xFFFFFFFF)
        if inside is not None:
            found = inside
        elif found not in _UNICAST6:
            return False
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not any(found in network for network in _SPECIAL if network.version == found.version)
    )


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host`, as the system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to an IP address, which no name server is asked about."""
    connection = socket.create_connection((str(ip_address(address)), port), seconds)
    if ip_address(connection.getpeername()[0]) != ip_address(address):
        connection.close()
        raise OSError("another address answered")
    return connection
