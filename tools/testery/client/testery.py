"""The client of the Testery API."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from tools.kit.egress import ATTACHMENT_HOSTS, allowed_hosts
from tools.kit.errors import Invalid, PlatformError
from tools.kit.network import Account, HeaderToken
from tools.kit.parsing import load_json
from tools.kit.picture import Pictures
from tools.kit.reasons import error_sentence
from tools.testery.client.account import AccountCalls
from tools.testery.client.credentials import TOKEN
from tools.testery.client.projects import ProjectCalls
from tools.testery.client.reach import REACHABLE
from tools.testery.client.results import ResultCalls
from tools.testery.client.runs import RunCalls
from tools.testery.client.schedules import ScheduleCalls
from tools.testery.client.settings import SettingsCalls
from tools.testery.client.status_page import Maintenance, StatusPage
from tools.testery.client.storage import BuildStorage

VENDOR_HOSTS: Final = (".testery.io",)
"""The vendor's hosts, to fetch pictures from and to send files to. Anybody may have a host below amazonaws.com, so an
operator names the one to allow in TESTDESK_ATTACHMENT_HOSTS."""
WEB_APPS: Final = {"api.testery.io": "https://testery.app", "api.dev.testery.io": "https://dev.testery.app"}
REFUSED_WITH_500: Final = frozenset({"POST /deploys", "POST /schedules"})


class Testery(AccountCalls, ProjectCalls, RunCalls, ResultCalls, SettingsCalls, ScheduleCalls):
    """One account; the token gives access to everything in it."""

    __test__ = False

    reachable = REACHABLE

    def __init__(self, account: Account) -> None:
        token = account.secret(TOKEN)
        super().__init__(account, auth=HeaderToken("Authorization", f"Bearer {token}"))
        hosts = allowed_hosts(account.settings.get(ATTACHMENT_HOSTS), VENDOR_HOSTS)
        self.pictures = Pictures(account, hosts=hosts)
        self.storage = BuildStorage(account, hosts=hosts)
        self.status_page = StatusPage(account)
        self.is_login = token.startswith("eyJ") and token.count(".") == 2
        """Whether the token is one of a browser login; only such a token can create others."""

    async def maintenances(self) -> list[Maintenance] | None:
        """The maintenance windows that are open now; None if the status page does not answer."""
        return await self.status_page.maintenances()

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """The error for an answer that is not a success.

        This API refuses an invalid deploy or schedule, such as a bad cron expression, with a 500 and a message. Nothing
        was created then, so the outcome is known. After any other 500 of a write it is not.
        """
        words = _message(raw) if status == 500 and request in REFUSED_WITH_500 else ""
        if words:
            return Invalid(
                f"{self.account.title} refused what was sent (500).", request=request, status=status, words=words
            )
        return super().error_for(status, headers, raw, request, is_write=is_write)

    def words(self, raw: bytes) -> str:
        """The message of an error, with the details that the framework's own bodies have."""
        message = _message(raw)
        if not message:
            return super().words(raw)
        more = {name: one for name, one in load_json(raw).items() if name in {"errors", "details"}}
        return error_sentence(more | {"message": message})

    async def link(self, *pieces: object) -> str | None:
        """An address in the web app; None if the API is not on a host of the vendor's."""
        web = WEB_APPS.get(urlsplit(self.base_url).hostname or "")
        if web is None:
            return None
        try:
            slug = (await self.own_account()).slug
        except PlatformError:
            return None  # the answer is still useful without a link
        return "/".join([web, percent(slug, safe=""), *map(str, pieces)]) if slug else None


def _message(raw: bytes) -> str:
    """The `message` of an error; empty if there is none, or if it only names the status."""
    try:
        body = load_json(raw)
    except ValueError:
        return ""
    words = body.get("message") if isinstance(body, dict) else None
    is_sentence = isinstance(words, str) and words.strip() not in {"", "Internal Server Error", "No message available"}
    return words.strip() if isinstance(words, str) and is_sentence else ""
