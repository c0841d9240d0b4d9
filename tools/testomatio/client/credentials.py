"""Variables of Testomat.io, the two kinds of tokens, and what it means when one is refused."""

import re
from typing import Final

TOKEN: Final = "TESTOMATIO_API_TOKEN"  # noqa: S105 - the variable's name
PASSWORD: Final = "TESTOMATIO_PASSWORD"  # noqa: S105 - the variable's name
EMAIL: Final = "TESTOMATIO_EMAIL"
PROJECT: Final = "TESTOMATIO_PROJECT"

GENERAL: Final = "testomat_"
OF_A_PROJECT: Final = "tstmt_"
A_GENERAL_ONE: Final = "a general token (testomat_..., under Account, Access Tokens)"
A_PROJECTS_ONE: Final = "a project token (tstmt_..., in the project under Settings, Project)"

_BY_KEY: Final = re.compile(r"/api/(?:reporter|load|test_data|test_grep)(?:/|$)")
"""The paths of families C and D."""


def access_error(status: int, code: str, request: str) -> str | None:
    """What a 401 or 403 means: in family A only its code tells an invalid token from a missing right."""
    if "/api/login" in request:
        return (
            f"Testomat.io refused the login ({status}): it takes {A_GENERAL_ONE} in {TOKEN}, or {EMAIL} and {PASSWORD}."
        )
    if _BY_KEY.search(request):
        return (
            f"Testomat.io refused the token for reporting and importing ({status}): they take {A_PROJECTS_ONE} in "
            f"{TOKEN}, one that is neither paused nor deleted."
        )
    if "/api/v2/" not in request:
        # The login has just been renewed, so the right is missing.
        return (
            f"Testomat.io refused this ({status}): the user who logged in lacks the right for it, or may only read in "
            "this project. A project owner can change the role."
        )
    if code == "token_invalid":
        return (
            f"This token was paused or deleted ({status}). A new one is made under Account, Access Tokens, or in the "
            "project under Settings."
        )
    if status == 401 or code:
        return f"Testomat.io does not know this token ({status}): it is mistyped, expired, or belongs to another host."
    return (
        f"Testomat.io refused this ({status}): the token's user lacks the right, or may only read here; to a read-only "
        "user, and in an archived project, the public API refuses even reading. A project owner can change the role."
    )
