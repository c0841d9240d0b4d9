"""Exploratory tests over HTTP."""

from collections.abc import Callable
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Batch, Walk, Walked
from tools.testio.models.exploratory_tests import ExploratoryTest, ExploratoryTests, TestTemplate

BROKEN = frozenset({500, 524})
"""Seen in production: one broken record breaks its page, a heavy page exceeds the gateway's time limit."""


class TestCalls(ApiClient):
    """The calls around exploratory tests."""

    __test__ = False

    async def exploratory_test(self, test_id: int) -> ExploratoryTest:
        """GET /exploratory_tests/{id}"""
        where = path("exploratory_tests", test_id)
        return self.linked_test(await self.get(where, into=ExploratoryTest, envelope="exploratory_test"))

    async def exploratory_tests_page(self, product_id: int, page: int, per_page: int) -> list[ExploratoryTest]:
        """GET /products/{product_id}/exploratory_tests"""
        where = path("products", product_id, "exploratory_tests")
        query = (("page", page), ("per_page", per_page))
        return (await self.get(where, query=query, into=ExploratoryTests)).exploratory_tests

    async def walk_exploratory_tests(
        self, product_id: int, on_row: Callable[[ExploratoryTest], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Read all tests of a product, newest first; the list states neither its length nor its page size."""

        async def fetch(page: int, size: int) -> Batch[ExploratoryTest]:
            return Batch(await self.exploratory_tests_page(product_id, page, size))

        sizes = (50, 10, 5, 1)
        walk = Walk(fetch, on_row, key=lambda test: test.id, sizes=sizes, broken=BROKEN, progress=progress)
        return await walk.run()

    async def create_exploratory_test(self, product_id: int, fields: dict[str, Any]) -> ExploratoryTest:
        """POST /products/{product_id}/exploratory_tests"""
        where = path("products", product_id, "exploratory_tests")
        return await self._test("POST", where, {"exploratory_test": fields})

    async def update_exploratory_test(self, test_id: int, fields: dict[str, Any]) -> ExploratoryTest:
        """PUT /exploratory_tests/{id}"""
        return await self._test("PUT", path("exploratory_tests", test_id), {"exploratory_test": fields})

    async def launch_exploratory_test(self, test_id: int) -> ExploratoryTest:
        """POST /exploratory_tests/{id}/launch"""
        return await self._test("POST", path("exploratory_tests", test_id, "launch"))

    async def duplicate_exploratory_test(self, test_id: int) -> ExploratoryTest:
        """POST /exploratory_tests/{id}/duplicate"""
        return await self._test("POST", path("exploratory_tests", test_id, "duplicate"))

    async def create_test_template(self, test_id: int, *, title: str) -> TestTemplate:
        """POST /exploratory_tests/{id}/templates"""
        where = path("exploratory_tests", test_id, "templates")
        body = {"test_template": {"title": title}}
        return await self.write("POST", where, body=body, into=TestTemplate, envelope="test_template")

    async def _test(self, method: str, where: str, body: dict[str, Any] | None = None) -> ExploratoryTest:
        # The envelope is not documented for each of these answers; a test without one is accepted too.
        return self.linked_test(
            await self.write(method, where, body=body, into=ExploratoryTest, envelope="exploratory_test")
        )

    def linked_test(self, test: ExploratoryTest) -> ExploratoryTest:
        """Add the address in the web app, where the account's own address is set (the API does not give it)."""
        web = self.account.settings.get("TESTIO_WEB_URL")
        if web and test.product is not None:
            test.link = f"{web.rstrip('/')}/products/{test.product.id}/test_cycles/{test.id}"
        return test
