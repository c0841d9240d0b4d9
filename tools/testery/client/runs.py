"""Test runs over HTTP."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from tools.kit.client import ApiClient, path
from tools.kit.form import Form
from tools.kit.missing import collect_missing
from tools.kit.text import many
from tools.kit.toolset import Progress, no_progress
from tools.kit.walk import Walked
from tools.testery.models.runs import Created, Run, Runs

PAGE: Final = 250
"""The largest page that a client of the vendor's asks for; the platform's limit is not documented."""


class RunCalls(ApiClient):
    """The calls about test runs."""

    async def test_runs(self, *, limit: int, offset: int = 0) -> list[Run]:
        """GET /test-runs"""
        return (await self.get("/test-runs", query=(("limit", limit), ("offset", offset)), into=Runs)).root

    async def test_run(self, run_id: int) -> Run:
        """GET /test-runs/{id}"""
        return await self.get(path("test-runs", run_id), into=Run)

    async def runs_of_deploy(self, deploy_id: int) -> list[Run]:
        """GET /test-runs/by-deploy/{deployId}"""
        return (await self.get(path("test-runs", "by-deploy", deploy_id), into=Runs)).root

    async def start_test_run(self, order: dict[str, Any]) -> Created:
        """POST /test-run-requests-build"""
        return await self.write("POST", "/test-run-requests-build", body=order, into=Created)

    async def cancel_test_run(self, run_id: int) -> None:
        """PATCH /test-runs/{id}, whose answer is not documented and not read"""
        await self.send("PATCH", path("test-runs", run_id), body={"status": "CANCELED"})

    async def rerun_test_run(self, run_id: int) -> Created | None:
        """POST /test-runs/{id}/rerun, whose answer is not documented: it may or may not hold a run"""
        raw = await self.send("POST", path("test-runs", run_id, "rerun"))
        try:
            return Created.model_validate_json(raw)
        except ValidationError:
            return None

    async def add_run_file(self, run_id: int, kind: str, form: Form) -> None:
        """POST /test-runs/{id}/add-file/{kind}"""
        await self.send("POST", path("test-runs", run_id, "add-file", kind), content=form)

    async def upload_test_results(self, form: Form) -> Created:
        """POST /test-runs-upload"""
        return await self.write("POST", "/test-runs-upload", content=form, into=Created)

    async def walk_test_runs(
        self,
        on_run: Callable[[Run], None],
        *,
        newest: int,
        is_past: Callable[[Run], bool] = lambda run: False,
        advice: str = "pass a larger newest for older ones",
        progress: Progress = no_progress,
    ) -> Walked:
        """Read the newest runs, at most `newest`, until a page holds only runs that are past.

        A short page does not end the list, since a platform may silently lower the limit; an empty one does.
        """
        walked, seen, offset = Walked(), set[int](), 0
        while offset < newest:
            with collect_missing() as missing:
                rows = await self.test_runs(limit=min(PAGE, newest - offset), offset=offset)
            new = [run for run in rows if run.id not in seen]
            walked.unread += missing.rows
            if not new:
                walked.total = walked.loaded + walked.unread if not rows else None
                if rows:
                    walked.reasons.append("the platform repeated a page")
                return walked
            seen.update(run.id for run in new)
            walked.loaded += len(new)
            for run in new:
                on_run(run)
            if all(map(is_past, rows)):
                return walked
            offset += len(rows) + missing.rows
            await progress(offset, newest, f"{many(walked.loaded, 'run')} read")
        walked.reasons.append(f"only the newest {many(walked.loaded, 'run')} were read; {advice}")
        return walked
