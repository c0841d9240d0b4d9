"""Saving a test as a template."""

from typing import Annotated

from pydantic import Field

from tools.kit.model import Answer
from tools.kit.text import Untrusted
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.tools.exploratory_tests import TestId, known_test
from tools.testio.tools.products import TemplateRow, row_of_template

tool = Toolset(TestIO)


class SavedTemplate(Answer):
    """A template that was made from a test."""

    done: str
    test_id: int
    test_title: Untrusted | None = None
    template: TemplateRow
    next: str


@tool.writes(idempotent=False, verify_with="list_test_templates")
async def save_test_template(
    api: TestIO, test_id: TestId, title: Annotated[str, Field(min_length=1, max_length=250)]
) -> SavedTemplate:
    """Save a test as a template for new ones; the API cannot remove a template again."""
    test = await known_test(api, test_id)
    template = await api.create_test_template(test_id, title=title)
    return SavedTemplate(
        done="Saved.",
        test_id=test_id,
        test_title=test.title,
        template=row_of_template(template),
        next="testio_create_exploratory_test takes its id as test_template_id.",
    )
