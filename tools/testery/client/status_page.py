"""The vendor's public status page: another host, over plain HTTP, which is told nothing of ours."""

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
"""How long a call waits for it at most: it may be down while the platform is not."""


class Maintenance(Model):
    """A time in which the platform is worked on. What it says came without any protection on the way."""

    name: Untrusted | None = None
    until: Time = Field(None, validation_alias="scheduled_until")


class Maintenances(Model):
    scheduled_maintenances: Many[Maintenance]


class StatusPage(ApiClient):
    """Reads the status page without any credential; that it fails is never a failure of what somebody wanted."""

    again = frozenset()

    def __init__(self, account: Account) -> None:
        address = ADDRESS
        if account.network.is_sandbox:
            own = urlsplit(account.base_url)
            address = urlunsplit((own.scheme, own.netloc, SANDBOX_PATH, "", ""))
        nothing = replace(account, title="The status page of Testery", base_url=address, credentials={}, settings={})
        super().__init__(nothing, auth=None)

    async def maintenances(self) -> list[Maintenance] | None:
        """The maintenance windows that are open now; None when that cannot be known."""
        with anyio.move_on_after(SECONDS):
            try:
                return await self._active("")
            except HostMoved:
                pass  # to TLS, most likely; there is no credential that could go along
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
