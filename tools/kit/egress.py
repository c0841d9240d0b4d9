"""Hosts outside of the platform's own: which may be connected to, checked on the address that is then connected.

A name says nothing about where it leads, and may lead elsewhere the next time it is resolved; `public.py` connects to
the addresses that were checked.
"""

import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import httpx

from tools.kit.errors import PlatformError

ATTACHMENT_HOSTS: Final = "TESTDESK_ATTACHMENT_HOSTS"

Address = IPv4Address | IPv6Address

_NOT_PUBLIC: Final = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments, with the metadata service of Oracle's cloud
            "168.63.129.16/32",  # the host of a virtual machine in Azure
            "192.88.99.0/24",  # relays from IPv6 to IPv4
            "fec0::/10",  # site-local
            "5f00::/16",
            "3fff::/20",
            "100::/64",
        ),
    )
)
"""Networks that `is_global` calls public, in some versions of Python or in all."""
_NAT64: Final = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
_COMPATIBLE: Final = tuple(map(ip_network, ("::/96", "::ffff:0:0:0/96")))
_LAST_32: Final = 2**32 - 1
_PORTS: Final = {"http": 80, "https": 443}


class NotPublic(PlatformError):
    """A host whose name leads into a private network; nothing was sent."""


def is_public(address: Address) -> bool:
    """Whether an address is outside of every private network, and so are the IPv4 addresses inside it."""
    return all(
        one.is_global and not one.is_multicast and not any(one in network for network in _NOT_PUBLIC)
        for one in _meant(address)
    )


def _meant(address: Address) -> Iterator[Address]:
    """The addresses to which packets for an address go: itself, or the IPv4 address that it carries."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    elif any(address in network for network in (*_NAT64, *_COMPATIBLE)):
        yield IPv4Address(int(address) & _LAST_32)
    else:
        yield address


def is_internal(host: str) -> bool:
    """Whether a host is private by its spelling: an address of a private network, or a name of one.

    Covers the spellings that programs parse as addresses: 2130706433, 0x7f.1, ::ffff:127.0.0.1.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name.endswith((".localhost", ".local", ".internal", ".home.arpa")) or not set(name) & set(".:"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        try:
            address = ip_address(socket.inet_aton(name))  # accepts spellings that ip_address rejects
        except (OSError, UnicodeError):
            return False
        except ValueError:  # it contains NUL
            return True
    return not is_public(address)


def is_listed(host: str, hosts: Iterable[str]) -> bool:
    """Whether a list of hosts has a host; `.example.com` in it stands for that host and any below it."""
    return any(host == one.lstrip(".") or (one.startswith(".") and host.endswith(one)) for one in hosts)


def allowed_hosts(setting: str | None, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts of a comma-separated setting, or the vendor's own where it is not set."""
    return tuple(filter(None, map(str.strip, (setting or "").lower().split(",")))) or otherwise


@dataclass(frozen=True)
class PublicOnly:
    """The limit of a client that goes where a platform says: public addresses, and the platform's own.

    What a proxy of the environment carries is the proxy's to check: it resolves the names.
    """

    own: httpx.URL | None = None
    """An address that the operator configured, and that may be private: a sandbox on this machine."""

    def guard(self, client: httpx.AsyncClient) -> None:
        """Limit the direct connections of an open client."""
        from tools.kit.public import PublicBackend  # with httpcore: at the first call, not at the start

        home = None if self.own is None else (self.own.host, self.own.port or _PORTS.get(self.own.scheme, 0))
        pool = client._transport._pool  # type: ignore[attr-defined]  # httpx has no other way to a network backend
        pool._network_backend = PublicBackend(pool._network_backend, home)
