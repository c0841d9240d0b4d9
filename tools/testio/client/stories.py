"""User stories and their executions over HTTP."""

from collections.abc import Callable, Sequence
from functools import partial

from tools.kit.client import ApiClient, path
from tools.kit.errors import PlatformError
from tools.kit.request import QueryParams
from tools.kit.together import gather
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Batch, Walk, Walked
from tools.testio.models.executions import Execution, ExecutionsPage
from tools.testio.models.products import Product
from tools.testio.models.stories import Stories, Story

SECTION_MISSING = frozenset({400, 422, 500})
"""Statuses with which a list of stories demands a section, seen or documented."""
SECTIONS_AT_ONCE = 4
"""A section may have more than a thousand stories: this bounds the lists in memory."""
PAGE = 100
BROKEN = frozenset({500, 524})


def of_section(section_id: int | None) -> QueryParams:
    return (("section_id", section_id),) if section_id is not None else ()


class StoryCalls(ApiClient):
    """The calls around user stories."""

    async def user_story(self, user_story_id: int) -> Story:
        """GET /user_stories/{user_story_id}"""
        return await self.get(path("user_stories", user_story_id), into=Story, envelope="user_story")

    async def user_stories(self, product_id: int, section_id: int | None = None) -> list[Story]:
        """GET /products/{product_id}/user_stories"""
        where = path("products", product_id, "user_stories")
        return (await self.get(where, query=of_section(section_id), into=Stories)).user_stories

    async def walk_user_stories(self, product: Product, on_row: Callable[[Story], None]) -> int:
        """Pass each story of a product to `on_row` once and return their number; sections are read one by one."""
        seen = set[int]()

        async def read(section_id: int | None) -> None:
            for story in await self.user_stories(product.id, section_id):
                if story.id not in seen:
                    seen.add(story.id)
                    on_row(story)

        if not product.is_sectioned:
            try:
                await read(None)
                return len(seen)
            except PlatformError as error:
                # It may demand even the hidden section that every product has.
                if error.status not in SECTION_MISSING or not product.section_ids:
                    raise
        await gather([partial(read, section_id) for section_id in product.section_ids], at_once=SECTIONS_AT_ONCE)
        return len(seen)

    async def create_user_story(
        self, product_id: int, *, feature_id: int, text: str, section_id: int | None = None
    ) -> Story:
        """POST /products/{product_id}/user_stories"""
        body = {"user_story": {"feature_id": feature_id, "path": text}}
        where = path("products", product_id, "user_stories")
        return await self.write(
            "POST", where, query=of_section(section_id), body=body, into=Story, envelope="user_story"
        )

    async def update_user_story(
        self, product_id: int, user_story_id: int, *, text: str, section_id: int | None = None
    ) -> Story:
        """PUT /products/{product_id}/user_stories/{user_story_id}"""
        body = {"user_story": {"path": text}}
        where = path("products", product_id, "user_stories", user_story_id)
        return await self.write(
            "PUT", where, query=of_section(section_id), body=body, into=Story, envelope="user_story"
        )

    async def delete_user_story(self, product_id: int, user_story_id: int, *, section_id: int | None = None) -> Story:
        """DELETE /products/{product_id}/user_stories/{user_story_id}"""
        where = path("products", product_id, "user_stories", user_story_id)
        return await self.write("DELETE", where, query=of_section(section_id), into=Story, envelope="user_story")

    async def user_story_executions_page(
        self, story_ids: Sequence[int], version_ids: Sequence[int], page: int, per_page: int
    ) -> ExecutionsPage:
        """GET /user_story_version_executions"""
        query: QueryParams = [
            *(("user_story_ids[]", number) for number in story_ids),
            *(("user_story_version_ids[]", number) for number in version_ids),
            ("order", "desc"),
            ("page", page),
            ("per_page", per_page),
        ]
        return await self.get("/user_story_version_executions", query=query, into=ExecutionsPage)

    async def walk_user_story_executions(
        self,
        story_ids: Sequence[int],
        version_ids: Sequence[int],
        on_row: Callable[[Execution], None],
        *,
        progress: Progress = no_progress,
    ) -> Walked:
        """Read all executions that match the platform's filters, newest first."""

        async def fetch(page: int, size: int) -> Batch[Execution]:
            answer = await self.user_story_executions_page(story_ids, version_ids, page, size)
            rows, total = answer.user_story_version_executions, answer.meta.record_count
            # A first page shorter than both `size` and the whole list shows the cap.
            lowered = page == 1 and total is not None and 0 < len(rows) < min(size, total)
            return Batch(rows, total=total, size=len(rows) if lowered else None)

        sizes = (PAGE, 50, 25, 5, 1)
        walk = Walk(fetch, on_row, key=lambda execution: execution.id, sizes=sizes, broken=BROKEN, progress=progress)
        return await walk.run()
