"""Access claims: pages where testers claim an account (API reference: Access Claims)."""

from pydantic import AliasPath, Field

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class AccessClaimPage(Model):
    """A page as the list gives it."""

    id: int
    name: Untrusted | None = None
    intro: Untrusted | None = None
    page_url: Key | None = None


class AccessClaimPages(Model):
    access_claim_pages: Many[AccessClaimPage]
    base_path: Key | None = Field(None, validation_alias=AliasPath("meta", "base_path"))


class AccessEntry(Model):
    """One test account; its credentials are write-only."""

    id: int | None = None


class AccessClaim(Model):
    """A page that was created; its token is left out."""

    id: int | None = None
    name: Untrusted | None = None
    page_url: Key | None = None
    expires_at: Key | None = None
    access_entries: Many[AccessEntry] = Field(default_factory=list, exclude=True)
