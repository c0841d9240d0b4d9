"""Confirmations of bug reports and of bug fixes (API reference: Bug Report Confirmations, Bug Fix Confirmations)."""

from typing import Any

from pydantic import Field, model_validator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted


class ReportConfirmation(Model):
    """A request to reproduce a bug; the API shows it only once."""

    id: int | None = None
    status: Key | None = None
    created_at: Key | None = None
    expired_at: Key | None = None
    status_updated_at: Key | None = None


class FixConfirmation(Model):
    """A request to check whether a bug is fixed."""

    id: int | None = None
    status: Key | None = Field(None, description="pending, passed, failed, blocked, cancelled, expired.")
    additional_requirement: Untrusted | None = None
    created_at: Key | None = None
    expired_at: Key | None = None
    status_updated_at: Key | None = None


class FixResult(Model):
    """The result of one entry of a bulk request."""

    bug_id: int | None = None
    status: Key | None = None
    error: Untrusted | None = None
    bug_fix_confirmation: FixConfirmation | None = None

    @property
    def was_made(self) -> bool:
        return self.error is None and self.status != "error"


class FixResults(Model):
    """The answer to a bulk request: 201 even where every entry failed."""

    results: Many[FixResult]


class FixConfirmations(Model):
    """The confirmations of one bug; how they are wrapped is not documented."""

    bug_fix_confirmations: Many[FixConfirmation]

    @model_validator(mode="before")
    @classmethod
    def _however_wrapped(cls, data: Any) -> Any:
        if isinstance(data, dict):
            wrapped = [data[name] or [] for name in ("bug_fix_confirmations", "results") if name in data]
            data = wrapped[0] if wrapped else None
        if isinstance(data, list):
            return {"bug_fix_confirmations": [_inside(one) for one in data]}
        return data


def _inside(one: Any) -> Any:
    """Unwrap a confirmation that is inside of an entry, as in the answer to a request."""
    return one.get("bug_fix_confirmation") or one if isinstance(one, dict) else one
