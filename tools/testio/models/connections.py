"""Connections: where exported bugs are sent (API reference: Custom Bug Export Connections)."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr

from tools.kit.model import Model
from tools.kit.text import Untrusted


def host_of(address: Any) -> Any:
    """The host, and port, of an address; an unreadable address has none."""
    if not isinstance(address, str):
        return None
    try:
        place = urlsplit(address).netloc or urlsplit(f"//{address}").netloc
    except ValueError:
        return None
    return place.rpartition("@")[2] or None


class Connection(Model):
    """A receiver of exported bugs.

    Deliveries are not signed, so a receiver's only protection is an address that cannot be guessed: the host is shown,
    the rest is a secret.
    """

    id: int | None = None
    name: Untrusted | None = None
    host: Annotated[Untrusted | None, BeforeValidator(host_of)] = Field(None, validation_alias="url")
    url: SecretStr | None = Field(None, exclude=True, repr=False)
    fixed: bool | None = None
