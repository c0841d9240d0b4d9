"""Testery: the API behind the platform, whole."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from tools.kit.errors import Invalid, PlatformError
from tools.kit.network import Account, HeaderToken
from tools.kit.parsing import load_json
from tools.kit.picture import Pictures
from tools.kit.reasons import error_sentence
from tools.testery.client.account import AccountCalls
from tools.testery.client.credentials import TOKEN
from tools.testery.client.projects import ProjectCalls
from tools.testery.client.results import ResultCalls
from tools.testery.client.runs import RunCalls
from tools.testery.client.schedules import ScheduleCalls
from tools.testery.client.settings import SettingsCalls
from tools.testery.client.status_page import Maintenance, StatusPage
from tools.testery.client.storage import BuildStorage

VENDOR_HOSTS: Final = (".testery.io",)
"""Hosts of the vendor's own that pictures are fetched from. A host of a cloud is not among them: below
amazonaws.com anybody may have one, so an operator names the one that is meant in TESTDESK_ATTACHMENT_HOSTS."""
WEB_APPS: Final = {"api.testery.io": "https://testery.app", "api.dev.testery.io": "https://dev.testery.app"}
REFUSED_WITH_500: Final = frozenset({"POST /deploys", "POST /schedules"})


class Testery(AccountCalls, ProjectCalls, RunCalls, ResultCalls, SettingsCalls, ScheduleCalls):
    """One account: its token sees everything in it."""

    __test__ = False

    def __init__(self, account: Account) -> None:
        token = account.secret(TOKEN)
        super().__init__(account, auth=HeaderToken("Authorization", f"Bearer {token}"))
        hosts = account.settings.get("TESTDESK_ATTACHMENT_HOSTS", "")
        allowed = tuple(host.strip() for host in hosts.split(",") if host.strip()) or VENDOR_HOSTS
        self.pictures = Pictures(account, hosts=allowed)
        self.storage = BuildStorage(account)
        self.status_page = StatusPage(account)
        self.is_login = token.startswith("eyJ") and token.count(".") == 2
        """Whether the token is one of a login in a browser, which alone may make others."""

    async def maintenances(self) -> list[Maintenance] | None:
        """The maintenance windows that are open now; None when the status page does not say."""
        return await self.status_page.maintenances()

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """A 500 with a sentence is how this API refuses a deploy or a schedule that makes no sense, such as a bad cron
        line; the vendor's own client prints the sentence as a mistake of what was sent. Nothing was made then, so it is
        no unknown outcome. Every other 500 of a write leaves open whether it happened.
        """
        words = _message(raw) if status == 500 and request in REFUSED_WITH_500 else ""
        if words:
            return Invalid(
                f"{self.account.title} refused what was sent (500).", request=request, status=status, words=words
            )
        return super().error_for(status, headers, raw, request, is_write=is_write)

    def words(self, raw: bytes) -> str:
        """The sentence of an error; the framework's own bodies have one beside the name of the status."""
        message = _message(raw)
        if not message:
            return super().words(raw)
        more = {name: one for name, one in load_json(raw).items() if name in {"errors", "details"}}
        return error_sentence(more | {"message": message})

    async def link(self, *pieces: object) -> str | None:
        """An address in the web app, where there is one: beside the vendor's own hosts."""
        web = WEB_APPS.get(urlsplit(self.base_url).hostname or "")
        if web is None:
            return None
        try:
            slug = (await self.own_account()).slug
        except PlatformError:
            return None  # what was asked for is worth more than its address
        return "/".join([web, percent(slug, safe=""), *map(str, pieces)]) if slug else None


def _message(raw: bytes) -> str:
    """The `message` of an error; empty where there is none, or only the name of its status again."""
    try:
        told = load_json(raw)
    except ValueError:
        return ""
    words = told.get("message") if isinstance(told, dict) else None
    is_sentence = isinstance(words, str) and words.strip() not in {"", "Internal Server Error", "No message available"}
    return words.strip() if isinstance(words, str) and is_sentence else ""
