"""The base address of a platform: from a setting, and never one over which the credential would travel readable."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from server.credentials import SettingsError
from tools.kit.picture import is_loopback
from tools.kit.platform import Platform

ALLOW_HTTP = "TESTDESK_ALLOW_HTTP"


def base_address(
    platform: Platform, environment: Mapping[str, str], values: Mapping[str, str], plain_hosts: Collection[str]
) -> str:
    """The base address: from the environment, implied by the settings, or the default.

    Raises:
        SettingsError: for an address over which the credential would travel readable, or that holds one itself.
    """
    variable = platform.address.variable
    address = environment.get(variable, "").strip()
    if not address and platform.base_url_from is not None:
        try:
            address = platform.base_url_from(values) or ""
        except ValueError as error:
            raise SettingsError(str(error)) from error
    return checked_address(variable, address or platform.address.default or "", plain_hosts)


def checked_address(variable: str, address: str, plain_hosts: Collection[str]) -> str:
    """A base address without its last slash.

    Raises:
        SettingsError: as `base_address` does.
    """
    try:
        parts = urlsplit(address)
        host, is_address = parts.hostname or "", parts.port != 0
    except ValueError:
        host, is_address = "", False
    if not (host and is_address and parts.scheme in {"https", "http"}):
        raise SettingsError(f"{variable} must begin with https:// (or http://) and name a host.")
    if "@" in parts.netloc or parts.query or parts.fragment or set(address) & set("${}<>"):
        raise SettingsError(f"{variable} is an address without user name, password, query, fragment or placeholder.")
    if parts.scheme == "http" and not is_loopback(host) and host.lower() not in plain_hosts:
        raise SettingsError(
            f"{variable} begins with http://, so the credential would travel readable to {host}. Use https://, or set "
            f"{ALLOW_HTTP}={host} if you accept that on this network."
        )
    return address.rstrip("/")
