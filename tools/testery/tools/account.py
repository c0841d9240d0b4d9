"""The account behind the token, inviting people, and making tokens."""

import re
from contextlib import nullcontext
from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Conflict, PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.text import Key, Secret, Untrusted, given, quote
from tools.kit.toolset import Toolset
from tools.testery.client.credentials import KEPT_IN, PROFILE, TOKEN, add, checked_file, open_to_add
from tools.testery.client.testery import Testery

tool = Toolset(Testery)

ROLE: Final = "USER"
"""The only role any client of the vendor's gives."""
ADDRESS: Final = re.compile(r"[^@\s,;<>\"']{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z]{2,}")

TokenName = Annotated[str, Field(min_length=1, max_length=100, description="Listed in the web app under this name.")]
Profile = Annotated[
    str, Field(min_length=1, max_length=60, description="Section of the credentials file to store it in.")
]
Email = Annotated[str, Field(min_length=3, max_length=320, description="Of the person to add.")]
AccountId = Annotated[int | None, Field(gt=0, description="Needed where the user has several accounts.")]


class MaintenanceWindow(Answer):
    """A time in which the platform is worked on, as its public status page says."""

    name: Untrusted | None = None
    until: Untrusted | None = None


class AccountDetails(Answer):
    """The account and the person behind the token."""

    account_id: int
    name: Key | None = None
    display: Untrusted | None = None
    user: Untrusted | None = Field(None, description="None: the token is the account's own.")
    email: Untrusted | None = None
    maintenance: list[MaintenanceWindow] = Field(default_factory=list)
    maintenance_known: bool
    link: Key | None = None


class Member(Answer):
    """A person in the account."""

    email: Untrusted
    role: Key


class StoredToken(Answer):
    """A token in the credentials file; it never leaves this server."""

    profile: Key
    token: Secret


@tool.reads()
async def get_account(api: Testery) -> AccountDetails:
    """Read the account and the person behind the token, and whether the platform is under maintenance."""
    account, user = await api.own_account(), await api.own_user()
    windows = await api.maintenances()
    return AccountDetails(
        account_id=account.id,
        name=account.slug,
        display=account.display,
        user=user.full_name if user is not None else None,
        email=user.email if user is not None else None,
        maintenance=[MaintenanceWindow(name=window.name, until=window.until) for window in windows or ()],
        maintenance_known=windows is not None,
        link=await api.link("test-runs"),
    )


@tool.destroys(idempotent=False, verify_with=None)
async def add_user(api: Testery, email: Email) -> Asking[Changed[Member]]:
    """Add a person to the account. The server asks the user to confirm."""
    address = email.strip()
    if not ADDRESS.fullmatch(address):
        raise Refused("This is no e-mail address.")
    account = await api.own_account()
    yield Ask(
        f"Add {given(address)} to account {quote(account.display or account.slug or account.id)} with the "
        f"role {ROLE}? That person then sees everything in it. The API can neither list people nor remove one."
    )
    try:
        await api.add_user(address, role=ROLE)
    except Conflict as error:
        raise Conflict(f"{quote(address, at_most=320)} is in the account already.", status=409) from error
    yield Changed(done="Added.", now=Member(email=address, role=ROLE))


@tool.destroys(idempotent=False, verify_with=None)
async def create_api_token(
    api: Testery, profile: Profile, name: TokenName = "Testdesk", account_id: AccountId = None
) -> Asking[Changed[StoredToken]]:
    """Make a personal API token and store it in the vendor's credentials file; nobody is shown it.

    The server asks the user to confirm.
    """
    if not api.is_login:
        raise Refused(
            f"Only the token of a login in the browser makes other tokens, and {TOKEN} is none. A person makes one in "
            "the Testery web app under Settings, Integrations, Show API Token."
        )
    kept_in = api.account.settings.get(KEPT_IN, "")
    if not kept_in and not api.is_sandbox:  # a token that nobody sees would be of no use, and could not be taken back
        raise Refused(
            f"A token is shown to nobody here, so it needs a file to be kept in: {KEPT_IN} names none. A person can "
            "set it, or make a token in the Testery web app under Settings, Integrations."
        )
    file = None if api.is_sandbox else checked_file(kept_in, profile)
    user = await api.own_user()
    whose = f" of {quote(user.full_name)}" if user is not None else ""
    account = f" in account {account_id}" if account_id is not None else ""
    yield Ask(
        f"Make a personal API token {given(name)}{whose}{account}? It opens everything that person can see, until "
        f"somebody revokes it in the web app; the API cannot. It is shown to nobody and kept as profile "
        f"{given(profile)} in {quote(kept_in or 'no file, for this is a sandbox', at_most=300)}."
    )
    with open_to_add(file) if file is not None else nullcontext() as opened:
        minted = await api.create_api_token(name, account_id=account_id)
        if opened is not None:
            try:
                add(opened, profile, minted.token.get_secret_value())
            except OSError as error:
                raise PlatformError(
                    f"The token was made but could not be written ({error.strerror}), and nobody has seen it. Revoke "
                    "it in the Testery web app."
                ) from error
    yield Changed(
        done="Made and written to the file." if file is not None else "Made, and kept nowhere: a sandbox.",
        now=StoredToken(profile=profile, token=minted.token),
        next=f"Set {PROFILE} to this profile, leave {TOKEN} unset, and restart the server to work with it.",
    )
