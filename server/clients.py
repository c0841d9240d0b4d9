"""One client per account of a platform, live or sandbox, opened at its first call and closed with the server."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from server.settings import Settings
from tools.kit.errors import NotConfigured, Refused
from tools.kit.network import Account, Network
from tools.kit.platform import Platform


def missing_credentials(platform: Platform, missing: Sequence[str]) -> str:
    """Say which credentials are missing and where to find them."""
    wanted = [
        f"set {c.variable} (or {c.variable}_FILE), to be found {c.where}"
        for c in platform.credentials
        if c.variable in missing
    ]
    wanted += [f"set {s.variable}: {s.meaning}" for s in platform.settings if s.variable in missing]
    steps = "; ".join(wanted)
    return (
        f"{platform.title} is not configured: {steps}. Then restart the server. "
        "Without an account, `testdesk serve --sandbox` offers an invented one."
    )


class Clients:
    """The platforms' clients."""

    def __init__(self, platforms: Sequence[Platform], settings: Settings, network: Network) -> None:
        self._platforms = {platform.key: platform for platform in platforms}
        self._settings, self.network = settings, network
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def defaults(self) -> Mapping[str, str]:
        """The default account of each platform that has several."""
        return {key: next(iter(accounts)) for key, accounts in self._settings.accounts.items()}

    def accounts(self, key: str) -> tuple[str, ...]:
        """The names of a platform's accounts, the default one first; none if it has only one."""
        return tuple(self._settings.accounts.get(key, ()))

    def __getitem__(self, key: str) -> Any:
        """The client of a platform's default account.

        Raises:
            NotConfigured: when its credential is not set.
        """
        return self.of(key, self.defaults.get(key))

    def of(self, key: str, account: str | None) -> Any:
        """The client of an account of a platform; None: of its only one.

        Raises:
            NotConfigured: when its credential is not set.
        """
        held = key, account or ""
        if held not in self._clients:
            platform, configured = self._platforms[key], self._settings.accounts_of(key)[account or ""]
            if not configured.is_configured:
                raise NotConfigured(missing_credentials(platform, configured.missing))
            self._clients[held] = platform.client(
                Account(
                    title=platform.title,
                    base_url=configured.base_url,
                    network=self.network,
                    credentials=configured.credentials,
                    settings=configured.values,
                    address_variable=platform.address.variable,
                    only=self._settings.configuration.only(key, account),
                    containers=platform.containers,
                )
            )
        return self._clients[held]

    def check_access(self, key: str, account: str | None, needs: str | None) -> None:
        """Refuse what one of several accounts does not give access to.

        Raises:
            Refused: with the sentence that says what would.
        """
        if account is not None and (why := self._settings.accounts_of(key)[account].locked.get(needs or "")):
            raise Refused(f"Account {account} does not give access to such tools: {why}.")

    def put(self, key: str, client: Any) -> None:
        """Set the client of the tools that work across platforms."""
        self._clients[key, ""] = client

    def fingerprint(self, key: str, account: str | None = None) -> str:
        """What tells the account of a platform from another one: a digest of its address and credentials."""
        if key not in self._platforms:
            return key
        configured = self._settings.accounts_of(key)[account or ""]
        held = sorted((name, value.get_secret_value()) for name, value in configured.credentials.items())
        return hashlib.sha256(repr((configured.base_url, held)).encode("utf-8", "surrogatepass")).hexdigest()

    def credential_of(self, key: str) -> str | None:
        """Name a platform's credential variables and where to find their values."""
        if key not in self._platforms:
            return None
        return "; ".join(f"{c.variable} ({c.where})" for c in self._platforms[key].credentials)

    @property
    def is_sandbox(self) -> bool:
        return self.network.is_sandbox

    async def close(self) -> None:
        self._clients.clear()
        await self.network.close()
