"""A network backend that connects to public addresses only: each name is resolved once, and what it gave is checked."""

import socket
from collections.abc import Iterable
from ipaddress import ip_address

import anyio
import httpcore

from tools.kit.egress import NotPublic, is_public


async def _resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, IPv4 first: without a route, a connection over IPv6 may end only by its time limit."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(where[0] for *_, where in sorted(found, key=lambda one: one[0] != socket.AF_INET)))


class PublicBackend(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; TLS still checks the certificate for the name."""

    def __init__(self, behind: httpcore.AsyncNetworkBackend, home: tuple[str, int] | None) -> None:
        self._behind, self._home = behind, home

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address of a host, once all of its addresses are known to be public.

        Raises:
            NotPublic: where one is not, before anything is sent.
        """
        addresses = [host] if (host, port) == self._home else await self._checked(host, port, timeout)
        failure = httpcore.ConnectError("The name has no address.")
        for address in addresses:
            try:
                return await self._behind.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int, timeout: float | None) -> list[str]:
        try:
            with anyio.fail_after(timeout):
                addresses = await _resolved(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("The name was not resolved in time.") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("The name cannot be resolved.") from error
        if not all(is_public(ip_address(address)) for address in addresses):
            raise NotPublic("Its name leads into a private network, where no host of the platform is.")
        return addresses
