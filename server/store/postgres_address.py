"""The address of a PostgreSQL server: what it needs, and how it is shown, which is never with a password."""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from server.settings import SettingsError

SAFETY: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "testdesk",
    "target_session_attrs": "read-write",
}
"""How soon a server that vanished is noticed, and that of several the one is used that can be written; the address may
set others."""
_HOST: Final = re.compile(r"[A-Za-z0-9._/:%-]*")
_NAME: Final = re.compile(r"[^@/?#:]*")
_HELP: Final = (
    "TESTDESK_STORE is no address of PostgreSQL such as postgresql://testdesk@db.example.com/testdesk. Special "
    "characters of a password are written as %40 for @, %2F for / and so on, or the password stands in PGPASSWORD or "
    "~/.pgpass."
)


@dataclass(frozen=True)
class Address:
    """Where a store in PostgreSQL is."""

    parameters: dict[str, Any]
    """What a connection is opened with, the password among it."""
    place: str
    """The address for people."""

    def __repr__(self) -> str:
        return f"Address({self.place})"


def read_address(text: str) -> Address:
    """An address as it is set.

    Raises:
        SettingsError: when it is none, in words that repeat nothing of it.
        ImportError: when the driver is not installed.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given: dict[str, Any] = conninfo_to_dict(text)
    except psycopg.Error:
        # The driver's words repeat the part that it did not understand, which may be of the password.
        raise SettingsError(_HELP) from None
    host, port = str(given.get("host", "")), str(given.get("port", ""))
    user, name = str(given.get("user", "")), str(given.get("dbname", ""))
    hosts, ports = host.split(","), [port for port in port.split(",") if port]
    is_plain = all(map(_HOST.fullmatch, hosts)) and all(port.isdecimal() and len(port) <= 5 for port in ports)
    # An @ or a / in a password that is not escaped ends it early; what remains would be shown.
    if not (is_plain and _NAME.fullmatch(user) and _NAME.fullmatch(name)) or unquote(host).count("@"):
        raise SettingsError(_HELP)
    at = ",".join(f"{one}:{ports[min(index, len(ports) - 1)]}" if ports else one for index, one in enumerate(hosts))
    is_socket = host.startswith("/")
    place = f"postgresql://{user}{user and '@'}{'' if is_socket else at}/{name}{f'?host={host}' if is_socket else ''}"
    return Address(SAFETY | given | {"client_encoding": "UTF8"}, place)
