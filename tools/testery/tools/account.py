"""The account that the token belongs to, adding people, and making tokens."""

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
from tools.testery.client.credentials import CREDENTIALS_FILE, PROFILE, TOKEN, add_profile, checked_file, open_to_add
from tools.testery.client.testery import Testery

tool = Toolset(Testery)

ROLE: Final = "USER"
"""The only role that the vendor's own clients assign."""
ADDRESS: Final = re.compile(r"[^@\s,;<>\"']{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z]{2,}")

TokenName = Annotated[str, Field(min_length=1, max_length=100, description="Listed in the web app under this name.")]
Profile = Annotated[str, Field(min_length=1, max_length=60, description="Section of the credentials file.")]
Email = Annotated[str, Field(min_length=3, max_length=320, description="Of the person to add.")]
AccountId = Annotated[int | None, Field(gt=0, description="Needed if the user has several.")]


class MaintenanceWindow(Answer):
    """A maintenance window, from the public status page."""

    name: Untrusted | None = None
    until: Untrusted | None = None


class AccountDetails(Answer):
    """The account and the user that the token belongs to."""

    account_id: int
    name: Key | None = None
    display: Untrusted | None = None
    user: Untrusted | None = Field(None, description="None: the token belongs to the account itself.")
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
    """Read the account and the user of the token, and whether the platform is under maintenance."""
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


@tool.destroys(idempotent=False, verify_with=None, rules=True)
async def add_user(api: Testery, email: Email) -> Asking[Changed[Member]]:
    """Add a person to the account. Asks the user first."""
    address = email.strip()
    if not ADDRESS.fullmatch(address):
        raise Refused("This is not an e-mail address.")
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


@tool.destroys(idempotent=False, verify_with=None, rules=True)
async def create_api_token(
    api: Testery, profile: Profile, name: TokenName = "Testdesk", account_id: AccountId = None
) -> Asking[Changed[StoredToken]]:
    """Create a personal API token and store it in the vendor's credentials file; it is never shown.

    Asks the user first.
    """
    if not api.is_login:
        raise Refused(
            f"Only the token of a browser login can create tokens, and {TOKEN} is not one. Create the token in the "
            "Testery web app under Settings, Integrations, Show API Token."
        )
    path = api.account.settings.get(CREDENTIALS_FILE, "")
    if not path and not api.is_sandbox:  # an unstored token would be useless, and the API cannot revoke it
        raise Refused(
            f"A new token is never shown, so it needs a file to be stored in, and {CREDENTIALS_FILE} names none. Set "
            "it, or create the token in the Testery web app under Settings, Integrations."
        )
    file = None if api.is_sandbox else checked_file(path, profile)
    user = await api.own_user()
    whose = f" of {quote(user.full_name)}" if user is not None else ""
    account = f" in account {account_id}" if account_id is not None else ""
    yield Ask(
        f"Create a personal API token {given(name)}{whose}{account}? It gives access to everything that person can see "
        "until it is revoked in the web app; the API cannot revoke it. It is not shown, and is stored as profile "
        f"{given(profile)} in {quote(path or 'no file, since this is a sandbox', at_most=300)}."
    )
    with open_to_add(file) if file is not None else nullcontext() as opened:
        minted = await api.create_api_token(name, account_id=account_id)
        if opened is not None:
            try:
                add_profile(opened, profile, minted.token.get_secret_value())
            except OSError as error:
                raise PlatformError(
                    f"The token was created but could not be written ({error.strerror}), and nobody has seen it. "
                    "Revoke it in the Testery web app."
                ) from error
    yield Changed(
        done="Created and written to the file." if file is not None else "Created; a sandbox stores it nowhere.",
        now=StoredToken(profile=profile, token=minted.token),
        next=f"Set {PROFILE} to this profile, leave {TOKEN} unset, and restart the server to work with it.",
    )
