"""One client a platform, live or sandbox, opened at its first call and closed with the server."""

from collections.abc import Sequence
from typing import Any

from server.settings import Settings
from tools.kit.errors import NotConfigured
from tools.kit.network import Account, Network
from tools.kit.platform import Platform


def where_to_get(platform: Platform, missing: Sequence[str]) -> str:
    """The sentence for a credential that is not set."""
    wanted = [
        f"set {c.variable} (or {c.variable}_FILE), to be found {c.where}"
        for c in platform.credentials
        if c.variable in missing
    ]
    wanted += [f"set {s.variable}: {s.meaning}" for s in platform.settings if s.variable in missing]
    told = "; ".join(wanted)
    return (
        f"{platform.title} is not configured: {told}. Then restart the server. "
        "Without an account, `testdesk serve --sandbox` offers an invented one."
    )


class Clients:
    """Gives each platform's client to whoever calls one of its tools."""

    def __init__(self, platforms: Sequence[Platform], settings: Settings, network: Network) -> None:
        self._platforms = {platform.key: platform for platform in platforms}
        self._settings, self._network = settings, network
        self._clients: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """The client of a platform.

        Raises:
            NotConfigured: when its credential is not set.
        """
        if key not in self._clients:
            platform, told = self._platforms[key], self._settings.platforms[key]
            if not told.is_configured:
                raise NotConfigured(where_to_get(platform, told.missing))
            self._clients[key] = platform.client(
                Account(
                    title=platform.title,
                    base_url=told.base_url,
                    network=self._network,
                    credentials=told.credentials,
                    settings=told.values,
                    address_variable=platform.address.variable,
                )
            )
        return self._clients[key]

    def put(self, key: str, client: Any) -> None:
        """Give what works over several platforms a client of its own."""
        self._clients[key] = client

    def credential_of(self, key: str) -> str | None:
        """Name the variables of a platform's credential and where their values come from."""
        if key not in self._platforms:
            return None
        return "; ".join(f"{c.variable} ({c.where})" for c in self._platforms[key].credentials)

    @property
    def is_sandbox(self) -> bool:
        return self._network.is_sandbox

    async def close(self) -> None:
        self._clients.clear()
        await self._network.close()
