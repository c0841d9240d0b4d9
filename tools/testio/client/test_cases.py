"""Test cases and tests of them over HTTP."""

from collections.abc import Callable
from typing import Any

from tools.kit.client import ApiClient, path
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Batch, Walk, Walked
from tools.testio.models.test_cases import CaseResult, CaseResults, TestCase, TestCases, TestCasesPage, TestCaseTest

PAGE = 500
"""The cap of this list; a larger one is silently lowered to it."""
BROKEN = frozenset({500, 524})


class TestCaseCalls(ApiClient):
    """The calls around test cases."""

    __test__ = False

    async def test_cases_page(self, product_id: int, page: int, per_page: int) -> TestCasesPage:
        """GET /products/{product_id}/test_cases"""
        where = path("products", product_id, "test_cases")
        return await self.get(where, query=(("page", page), ("per_page", per_page)), into=TestCasesPage)

    async def walk_test_cases(
        self, product_id: int, on_row: Callable[[TestCase], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Read all visible test cases of a product."""

        async def fetch(page: int, size: int) -> Batch[TestCase]:
            answer = await self.test_cases_page(product_id, page, size)
            return Batch(answer.test_cases, total=answer.meta.record_count, size=answer.meta.per_page)

        sizes = (PAGE, 100, 25, 5, 1)
        walk = Walk(fetch, on_row, key=lambda case: case.id, sizes=sizes, broken=BROKEN, progress=progress)
        return await walk.run()

    async def test_case(self, product_id: int, test_case_id: int) -> TestCase:
        """GET /products/{product_id}/test_cases/{id}"""
        where = path("products", product_id, "test_cases", test_case_id)
        return await self.get(where, into=TestCase, envelope="test_case")

    async def create_test_cases(self, product_id: int, cases: list[dict[str, Any]]) -> list[TestCase]:
        """POST /products/{product_id}/test_cases, which makes several at once"""
        where = path("products", product_id, "test_cases")
        return (await self.write("POST", where, body={"test_cases": cases}, into=TestCases)).test_cases

    async def update_test_case(self, product_id: int, test_case_id: int, fields: dict[str, Any]) -> TestCase:
        """PUT /products/{product_id}/test_cases/{id}, whose answer may have another id"""
        where = path("products", product_id, "test_cases", test_case_id)
        return await self.write("PUT", where, body={"test_case": fields}, into=TestCase, envelope="test_case")

    async def delete_test_case(self, product_id: int, test_case_id: int) -> None:
        """DELETE /products/{product_id}/test_cases/{id}, which answers nothing"""
        await self.send("DELETE", path("products", product_id, "test_cases", test_case_id))

    async def create_test_case_test(self, product_id: int, fields: dict[str, Any]) -> TestCaseTest:
        """POST /products/{product_id}/test_case_test, in the singular here only"""
        where = path("products", product_id, "test_case_test")
        return await self.write(
            "POST", where, body={"test_case_test": fields}, into=TestCaseTest, envelope="test_case_test"
        )

    async def test_case_test(self, product_id: int, test_id: int) -> TestCaseTest:
        """GET /products/{product_id}/test_case_tests/{id}"""
        where = path("products", product_id, "test_case_tests", test_id)
        return await self.get(where, into=TestCaseTest, envelope="test_case_test")

    async def test_case_results(self, product_id: int, test_id: int) -> list[CaseResult]:
        """GET /products/{product_id}/test_case_tests/{id}/results"""
        where = path("products", product_id, "test_case_tests", test_id, "results")
        return (await self.get(where, into=CaseResults)).test_case_results
