"""Saves a test as a template."""

from typing import Annotated

from pydantic import Field

from tools.kit.changed import Changed
from tools.kit.text import quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.tools.exploratory_tests import TestId, known_test
from tools.testio.tools.products import TemplateRow, row_of_template

tool = Toolset(TestIO)


@tool.writes(idempotent=False, verify_with="list_test_templates")
async def save_test_template(
    api: TestIO,
    test_id: TestId,
    title: Annotated[str, Field(min_length=1, max_length=250, description="Title of the template.")],
) -> Changed[TemplateRow]:
    """Save a test as a template for new ones; the API cannot remove a template."""
    test = await known_test(api, test_id)
    template = await api.create_test_template(test_id, title=title)
    return Changed(
        done=f"Saved test {test_id} {quote(test.title or '')} as a template.",
        now=row_of_template(template),
        next="testio_create_exploratory_test takes its id as test_template_id.",
    )
