"""Ids in every form: `@T264409fe`, `T264409fe` and `264409fe` are one test; the API takes the bare form."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_ID = r"([0-9a-z]{8})"
_TEST = re.compile(rf"@?T{_ID}|https?://\S+/tests?/{_ID}(?:[-/?#]\S*)?")
_SUITE = re.compile(rf"@?S{_ID}|https?://\S+/suites?/{_ID}(?:[-/?#]\S*)?")


def bare_test(text: str) -> str:
    """The bare id of a test, from its display form or the address of its page."""
    return _bare(_TEST, text.strip())


def bare_suite(text: str) -> str:
    """The bare id of a suite, from its display form or the address of its page."""
    return _bare(_SUITE, text.strip())


def _bare(form: re.Pattern[str], text: str) -> str:
    found = form.fullmatch(text)
    return (found[1] or found[2]) if found else text.removeprefix("@")


TestId = Annotated[str, AfterValidator(bare_test), Field(min_length=1, description="From testomatio_list_tests.")]
SuiteId = Annotated[str, AfterValidator(bare_suite), Field(min_length=1, description="From testomatio_get_suite_tree.")]
