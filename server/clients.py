"""One client per account of a platform and per credential, opened at its first call and closed with the server."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.callers import person
from server.settings import PlatformSettings, Settings
from server.team.personal import variables_of, with_own
from tools.kit.errors import NotConfigured, Refused
from tools.kit.network import Account, Network
from tools.kit.platform import Platform

MOST_PERSONAL: Final = 200
"""Clients of people with credentials of their own that are kept; of more, those that were used last."""


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
        self._personal: OrderedDict[tuple[str, str, str], Any] = OrderedDict()

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
        """The client of an account of a platform, for whoever calls; None: of its only one.

        Logins and caches are the client's, so a person with credentials or settings of their own has one that nobody
        else uses.

        Raises:
            NotConfigured: when there is no credential, neither the team's nor one of the caller's own.
        """
        name, own = account or "", self._digest(key)
        if not own:
            if (key, name) not in self._clients:
                self._clients[key, name] = self._open(key, account)
            return self._clients[key, name]
        client = self._personal.pop((key, name, own), None) or self._open(key, account)
        self._personal[key, name, own] = client  # the last one is the one used last
        if len(self._personal) > MOST_PERSONAL:
            self._personal.popitem(last=False)
        return client

    def _open(self, key: str, account: str | None) -> Any:
        platform, configured = self._platforms[key], self._configured(key, account)
        if not configured.is_configured:
            raise NotConfigured(self._not_configured(platform, configured))
        return platform.client(
            Account(
                title=platform.title,
                base_url=configured.base_url,
                network=self.network,
                credentials=configured.credentials,
                settings=configured.values,
                address_variable=platform.address.variable,
                only=self._settings.configuration.only(key, account),
                containers=platform.containers,
                at_once=self._settings.configuration.team.requests_at_once.get(key),
            )
        )

    def _configured(self, key: str, account: str | None) -> PlatformSettings:
        """An account's settings for whoever calls."""
        return with_own(self._platforms[key], self._settings.accounts_of(key)[account or ""], person.get())

    def _digest(self, key: str) -> str:
        """What tells the caller's own credentials and settings of a platform from others'; empty: they have none."""
        caller = person.get()
        return (
            caller.digest(variables_of(self._platforms[key])) if caller is not None and key in self._platforms else ""
        )

    def lacking(self) -> frozenset[str]:
        """The platforms that others work with and whoever calls cannot, for want of a credential.

        None for a person who cannot work with any: a call then says what is missing.
        """
        caller = person.get()
        if caller is None or not caller.is_team:
            return frozenset()
        usable = {
            key
            for key in self._platforms
            if any(self._configured(key, name or None).is_configured for name in self._settings.accounts_of(key))
        }
        return self._settings.brought - usable if usable else frozenset()

    def _not_configured(self, platform: Platform, configured: PlatformSettings) -> str:
        caller = person.get()
        if caller is None or not caller.is_team:
            return missing_credentials(platform, configured.missing)
        names = " or ".join(f"{c.variable.lower()}_file" for c in platform.credentials)
        return (
            f"{platform.title} cannot be used: there is no credential of the team for it, and {caller.name} has none. "
            f"The operator of this server adds one to [people.{caller.name}] ({names}), or one for everybody."
        )

    def check_access(self, key: str, account: str | None, needs: str | None) -> None:
        """Refuse what the credentials of a call do not give access to: of one of several accounts, or a person's own.

        Raises:
            Refused: with the sentence that says what would.
        """
        if key not in self._platforms or (account is None and key not in self._settings.brought):
            return
        configured = self._configured(key, account)
        if configured.is_configured and (why := configured.locked.get(needs or "")):
            whose = f"Account {account} does" if account is not None else f"The {self._whose(key)} credential does"
            raise Refused(f"{whose} not give access to such tools: {why}.")

    def _whose(self, key: str) -> str:
        return "person's own" if self._digest(key) else "team's"

    def put(self, key: str, client: Any) -> None:
        """Set the client of the tools that work across platforms."""
        self._clients[key, ""] = client

    def fingerprint(self, key: str, account: str | None = None) -> str:
        """What tells the account of a platform from another one: a digest of its address and credentials.

        A person's own credentials and settings count, so what is bound to it is bound to them.
        """
        if key not in self._platforms:
            return key
        configured, own = self._configured(key, account), self._digest(key)
        held = sorted((name, value.get_secret_value()) for name, value in configured.credentials.items())
        bound = (configured.base_url, held, own) if own else (configured.base_url, held)
        return hashlib.sha256(repr(bound).encode("utf-8", "surrogatepass")).hexdigest()

    def credential_of(self, key: str) -> str | None:
        """Name a platform's credential variables and where to find their values."""
        if key not in self._platforms:
            return None
        return "; ".join(f"{c.variable} ({c.where})" for c in self._platforms[key].credentials)

    @property
    def is_sandbox(self) -> bool:
        return self.network.is_sandbox

    async def close(self) -> None:
        await self.network.close()
        self._clients.clear()
        self._personal.clear()
