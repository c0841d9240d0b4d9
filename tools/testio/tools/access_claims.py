"""Access claims: test accounts that testers claim on a page of their own."""

from collections.abc import Awaitable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import PlatformError, Unauthorized
from tools.kit.model import not_none
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.question import Lines
from tools.kit.text import Secret, given, many
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.access_claims import AccessClaim, AccessClaimPage

T = TypeVar("T")

tool = Toolset(TestIO)

DAYS = (1, 2, 7, 14, 30, 90, 180, 365)


def _offered(days: int) -> int:
    if days not in DAYS:
        raise ValueError(f"test IO lets a page expire after {', '.join(map(str, DAYS[:-1]))} or {DAYS[-1]} days")
    return days


Days = Annotated[
    int,
    Field(description=f"Days: {', '.join(map(str, DAYS))}.", json_schema_extra={"minimum": 1, "maximum": 365}),
    AfterValidator(_offered),
]
"""Not a Literal: the schema converter of one host refuses an enum of numbers."""
Name = Annotated[str, Field(min_length=1, max_length=250, description="Title of the page.")]
Intro = Annotated[str | None, Field(max_length=2000, description="Introduction that testers read on the page.")]
TestCycleUrl = Annotated[str | None, Field(max_length=2000, description="https://… of the test the accounts are for.")]
Credentials = Annotated[
    list[Annotated[Secret, Field(min_length=1, max_length=2000)]],
    Field(min_length=1, max_length=100, description="One text each, such as user / password."),
]


async def enabled(call: Awaitable[T]) -> T:
    """Await a call of the Access Claims endpoints, where a 403 means that the account has none of them.

    Raises:
        PlatformError: where the account has no access claims.
    """
    try:
        return await call
    except Unauthorized as error:
        if error.status != 403:
            raise
        raise PlatformError(
            "Access Claims is not enabled for this account (403); test IO can enable it. Nothing was changed.",
            status=403,
            words=error.words,
        ) from error


@tool.reads(long_text=True)
async def list_access_claims(api: TestIO, limit: Limit = 50, cursor: Cursor = None) -> Page[AccessClaimPage]:
    """List the pages where testers claim test accounts, never the accounts themselves."""
    selection: Selection[AccessClaimPage] = Selection(lambda page: (-page.id,), limit=limit, cursor=cursor)
    answer = await enabled(api.access_claims())
    base = (answer.base_path or "").rstrip("/")

    def with_full_url(page: AccessClaimPage) -> AccessClaimPage:
        where = page.page_url
        if not base or not where or "://" in where:
            return page
        return page.model_copy(update={"page_url": f"{base}/{where.lstrip('/')}"})

    return selection.page_of(answer.access_claim_pages, with_full_url)


@tool.destroys(idempotent=False, verify_with="list_access_claims")
async def create_access_claim(
    api: TestIO,
    name: Name,
    expiration_period: Days,
    credentials: Credentials,
    intro: Intro = None,
    test_cycle_url: TestCycleUrl = None,
) -> Asking[Changed[AccessClaim]]:
    """Hand test accounts to testers on a page where they claim them. Asks the user first."""
    accounts = many(len(credentials), "test account")
    lines = Lines(f"Hand {accounts} to testers, on a new page {given(name)}?")
    lines.fields({"Intro": intro, "Test": test_cycle_url})
    lines.add("Expires after", many(expiration_period, "day"))
    lines.say("The API can neither show these credentials again nor take them back.")
    yield Ask(str(lines))
    fields = not_none(name=name, intro=intro, test_cycle_url=test_cycle_url, expiration_period=expiration_period)
    fields["access_entries"] = [{"credentials": secret.get_secret_value()} for secret in credentials]
    page = await enabled(api.create_access_claim(fields))
    yield Changed(
        done=f"Created with {accounts}.",
        now=page,
        next="testio_create_test_environment takes page_url in environment_test_information, as access_claims.",
    )
