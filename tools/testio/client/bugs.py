"""Bugs over HTTP."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from tools.kit.client import ApiClient, path
from tools.kit.errors import PlatformError
from tools.kit.request import QueryParams
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Batch, Walk, Walked
from tools.testio.models.bugs import Bug, BugScan, BugsFound, BugsPage, RejectReason, RejectReasons

PAGE = 500
"""The cap of this list; a larger one is silently lowered to it."""
TESTS_AT_ONCE = 10
"""More test ids in one call exceed the gateway's time limit."""
BROKEN = frozenset({500, 524})


@dataclass(frozen=True)
class BugFilters:
    """The filters that the platform applies."""

    product_ids: Sequence[int] = field(default=())
    section_ids: Sequence[int] = field(default=())
    test_ids: Sequence[int] = field(default=())
    export_status: str | None = None

    def query(self) -> list[tuple[str, str | int]]:
        lists = (
            ("filter_product_ids", self.product_ids),
            ("filter_section_ids", self.section_ids),
            ("filter_test_cycle_ids", self.test_ids),
        )
        query: list[tuple[str, str | int]] = [(name, ",".join(map(str, ids))) for name, ids in lists if ids]
        if self.export_status is not None:
            query.append(("export_status", self.export_status))
        return query


class BugCalls(ApiClient):
    """The calls around bugs."""

    async def bug(self, bug_id: int) -> Bug:
        """GET /bugs/{bug_id}"""
        return self.linked_bug(await self.get(path("bugs", bug_id), into=Bug, envelope="bug"))

    async def bugs_page(self, filters: BugFilters, page: int, per_page: int) -> BugsPage:
        """GET /bugs"""
        query: QueryParams = [*filters.query(), ("page", page), ("per_page", per_page)]
        return await self.get("/bugs", query=query, into=BugsPage)

    async def walk_bugs(
        self, filters: BugFilters, on_row: Callable[[BugScan], None], *, progress: Progress = no_progress
    ) -> Walked:
        """Pass each bug that matches the platform's filters to `on_row`."""
        if not filters.test_ids:
            return await self._walk_bugs(filters, on_row, progress)
        sums, seen = Walked(total=0), set[int]()

        def once(bug: BugScan) -> None:
            # Tests that were too many for one request are read again in halves.
            if bug.id not in seen:
                seen.add(bug.id)
                on_row(bug)

        ids = list(dict.fromkeys(filters.test_ids))
        for start in range(0, len(ids), TESTS_AT_ONCE):
            await self._walk_tests(filters, ids[start : start + TESTS_AT_ONCE], once, progress, sums)
        return sums

    async def _walk_tests(
        self,
        filters: BugFilters,
        ids: Sequence[int],
        on_row: Callable[[BugScan], None],
        progress: Progress,
        sums: Walked,
    ) -> None:
        """Walk the bugs of some tests; where the platform fails on them, read them in halves."""
        try:
            walked = await self._walk_bugs(replace(filters, test_ids=ids), on_row, progress, in_pieces=len(ids) == 1)
        except PlatformError as error:
            if error.status not in BROKEN or len(ids) == 1:
                raise
            middle = len(ids) // 2
            await self._walk_tests(filters, ids[:middle], on_row, progress, sums)
            await self._walk_tests(filters, ids[middle:], on_row, progress, sums)
            return
        sums.total = None if walked.total is None or sums.total is None else sums.total + walked.total
        sums.loaded += walked.loaded
        sums.holes += walked.holes
        sums.reasons += walked.reasons

    async def _walk_bugs(
        self,
        filters: BugFilters,
        on_row: Callable[[BugScan], None],
        progress: Progress,
        *,
        in_pieces: bool = True,
    ) -> Walked:
        async def fetch(page: int, size: int) -> Batch[BugScan]:
            answer = await self.bugs_page(filters, page, size)
            return Batch(answer.bugs, total=answer.meta.record_count, size=answer.meta.per_page)

        sizes = (PAGE, 100, 25, 5, 1) if in_pieces else (PAGE,)
        walk = Walk(fetch, on_row, key=lambda bug: bug.id, sizes=sizes, broken=BROKEN, progress=progress)
        return await walk.run()

    async def find_bugs(self, external_id: str) -> list[Bug]:
        """POST /bugs, which only searches"""
        found = await self.read("POST", "/bugs", body={"bug": {"external_idx": external_id}}, into=BugsFound)
        return [self.linked_bug(bug) for bug in found.bugs]

    async def reject_reasons(self) -> list[RejectReason]:
        """GET /bugs/reject_reasons"""
        return (await self.get("/bugs/reject_reasons", into=RejectReasons)).reject_reasons

    async def accept_bug(self, bug_id: int) -> Bug:
        """PUT /bugs/{bug_id}/accept"""
        return await self._act(bug_id, "accept")

    async def reject_bug(self, bug_id: int, *, reason: str, comment: str) -> Bug:
        """PUT /bugs/{bug_id}/reject"""
        return await self._act(bug_id, "reject", {"reason": reason, "comment": comment})

    async def mark_bug_known(self, bug_id: int) -> Bug:
        """PUT /bugs/{bug_id}/mark_as_known"""
        return await self._act(bug_id, "mark_as_known")

    async def mark_bug_fixed(self, bug_id: int) -> Bug:
        """PUT /bugs/{bug_id}/mark_as_fixed"""
        return await self._act(bug_id, "mark_as_fixed")

    async def mark_bug_exported(self, bug_id: int) -> Bug:
        """PUT /bugs/{bug_id}/mark_as_exported"""
        return await self._act(bug_id, "mark_as_exported")

    async def _act(self, bug_id: int, action: str, body: dict[str, str] | None = None) -> Bug:
        return await self.write("PUT", path("bugs", bug_id, action), body=body, into=Bug, envelope="bug")

    def linked_bug(self, bug: Bug) -> Bug:
        """Add the address in the web app, where the account's own address is set (the API does not give it)."""
        for file in bug.attachments:
            file.url = self.absolute(file.url)
        web = self.account.settings.get("TESTIO_WEB_URL")
        if web and bug.product is not None and bug.test is not None and bug.test.id is not None:
            bug.link = f"{web.rstrip('/')}/products/{bug.product.id}/test_cycles/{bug.test.id}/bugs/{bug.id}"
        return bug
