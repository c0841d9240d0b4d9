"""Listening sockets; the standard library only."""

import errno
import os
import socket
from contextlib import ExitStack


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; opened first, so that a taken port fails early.

    Raises:
        OSError: the address or the port is not available.
    """
    with ExitStack() as unless_ready:
        listener = unless_ready.enter_context(bound(host, port))
        listener.listen()
        unless_ready.pop_all()
    return listener


def bound(host: str, port: int, *, is_shared: bool = False) -> socket.socket:
    """A socket that has its address and does not listen yet.

    With `is_shared` further ones may have the same address; the system spreads connections over those that listen.

    Raises:
        OSError: the address or the port is not available.
    """
    if not 0 <= port <= 65535:
        raise OSError(errno.EINVAL, "there is no such port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches delays off only on sockets that name it: a small answer
    # in two pieces otherwise takes 40 ms. `socket.create_server` does not name it.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with ExitStack() as unless_ready:
        unless_ready.enter_context(listener)
        if os.name == "posix":  # on Windows the option lets two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        unless_ready.pop_all()
    return listener


def why_not(host: str, port: int, error: OSError) -> str:
    """Why nothing can listen there, as a sentence."""
    why = "another program does so already" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
    return f"testdesk cannot listen on {f'[{host}]' if ':' in host else host}:{port}: {why}."
