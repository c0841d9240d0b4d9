"""Ids as people paste them: `@T264409fe`, `T264409fe` and `264409fe` are one test; the API takes the bare form."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_TEST = re.compile(r"@?T([0-9a-z]{8})")
_SUITE = re.compile(r"@?S([0-9a-z]{8})")


def bare_test(text: str) -> str:
    """A test's id without the marks of its display form."""
    found = _TEST.fullmatch(text.strip())
    return found[1] if found else text.strip().removeprefix("@")


def bare_suite(text: str) -> str:
    """A suite's id without the marks of its display form."""
    found = _SUITE.fullmatch(text.strip())
    return found[1] if found else text.strip().removeprefix("@")


TestId = Annotated[str, AfterValidator(bare_test), Field(min_length=1)]
SuiteId = Annotated[str, AfterValidator(bare_suite), Field(min_length=1)]
