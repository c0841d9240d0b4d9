"""What clients are told of how to get a token: RFC 9728 metadata, and the challenges that lead to it."""

from typing import Any, Final
from urllib.parse import urlsplit

from server.team.settings import TeamSettings

WELL_KNOWN: Final = "/.well-known/oauth-protected-resource"


def metadata_address(team: TeamSettings) -> str:
    """Where this server's metadata is, for its clients."""
    parts = urlsplit(team.resource)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def metadata_paths(team: TeamSettings, endpoint: str) -> list[str]:
    """The paths where it is served: that of the resource, of the endpoint, and the root, which some clients try."""
    paths = (urlsplit(team.resource).path.rstrip("/"), endpoint, "")
    return list(dict.fromkeys(f"{WELL_KNOWN}{path}" for path in paths))


def metadata(team: TeamSettings) -> dict[str, Any]:
    """The document: for whom tokens are issued, by whom, with which scopes."""
    scopes = {"scopes_supported": list(team.tokens.scopes)} if team.tokens.scopes else {}
    return {
        "resource": team.resource,
        "authorization_servers": [team.issuer],
        **scopes,
        "bearer_methods_supported": ["header"],
        "resource_name": "Testdesk",
    }


def challenge(team: TeamSettings, *, error: str = "", description: str = "", scope: str | None = None) -> bytes:
    """A WWW-Authenticate header; without an error where no token was sent.

    The description is a sentence of ours, without quotation marks; `scope` is what a token needs, by default the
    scopes of everyday work, and empty where no scope would help.
    """
    scope = " ".join(team.tokens.requested()) if scope is None else scope
    values = {
        "error": error,
        "error_description": description,
        "scope": scope,
        "resource_metadata": metadata_address(team),
    }
    parameters = ", ".join(f'{name}="{value}"' for name, value in values.items() if value)
    return f"Bearer {parameters}".encode("ascii")
