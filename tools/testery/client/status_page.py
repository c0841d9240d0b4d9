"""The vendor's public status page: another host, over plain HTTP, which gets no credential."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import anyio
from pydantic import Field

from tools.kit.client import ApiClient
from tools.kit.errors import HostMoved, PlatformError
from tools.kit.model import Many, Model
from tools.kit.network import Account
from tools.kit.text import Untrusted
from tools.testery.models.words import Time

ADDRESS: Final = "http://status.testery.io/api/v2"
SANDBOX_PATH: Final = "/testery/status/api/v2"
SECONDS: Final = 4.0
"""How long a call waits for it: it may be down while the platform is up."""


class Maintenance(Model):
    """A maintenance window. Its texts came over plain HTTP."""

    name: Untrusted | None = None
    until: Time = Field(None, validation_alias="scheduled_until")


class Maintenances(Model):
    scheduled_maintenances: Many[Maintenance]


class StatusPage(ApiClient):
    """Reads the status page without a credential; its failures never fail a call."""

    again = frozenset()

    def __init__(self, account: Account) -> None:
        address = ADDRESS
        if account.network.is_sandbox:
            own = urlsplit(account.base_url)
            address = urlunsplit((own.scheme, own.netloc, SANDBOX_PATH, "", ""))
        nothing = replace(account, title="The status page of Testery", base_url=address, credentials={}, settings={})
        super().__init__(nothing, auth=None)

    async def maintenances(self) -> list[Maintenance] | None:
        """The maintenance windows that are open now; None if the page does not answer."""
        with anyio.move_on_after(SECONDS):
            try:
                return await self._active("")
            except HostMoved:
                pass  # most likely to TLS; no credential could leak
            except PlatformError:
                return None
            try:
                return await self._active(f"https://{urlsplit(self.base_url).netloc}{urlsplit(self.base_url).path}")
            except PlatformError:
                return None
        return None

    async def _active(self, base: str) -> list[Maintenance]:
        where = f"{base}/scheduled-maintenances/active.json"
        return (await self.get(where, into=Maintenances)).scheduled_maintenances
