"""The addresses of an identity provider and of this server: encrypted, or on this machine."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from server.credentials import SettingsError


def is_loopback_name(host: str) -> bool:
    """Whether a host's name means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_protected(address: str, *, beside: str = "") -> bool:
    """Whether what is read from an address comes from its owner: over https, or from this machine.

    Plain http on this machine is for an owner that is `beside` it, so that nobody else can point there.
    """
    parts = _split(address)
    if parts is None:
        return False
    if parts.scheme == "https":
        return True
    return is_loopback_name(parts.hostname or "") and (not beside or urlsplit(beside).scheme == "http")


def checked_address(variable: str, value: str) -> str:
    """An address as it was given.

    Raises:
        SettingsError: it is no https address (or http one of this machine) without user, query and fragment.
    """
    parts = _split(value)
    if parts is None or set(value) & set("?#") or not is_protected(value):
        raise SettingsError(
            f"{variable} is an address such as https://example.com/path, without user, query and fragment; "
            "http is for this machine only."
        )
    return value


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    is_plain = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}')
    if not is_plain or parts.scheme not in {"https", "http"} or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    return parts
