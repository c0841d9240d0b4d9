"""The runs of results: the API names a result's run by id only."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final

from tools.kit.errors import PlatformError
from tools.kit.missing import Missing, note_missing
from tools.kit.together import gather
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.runs import Run

MOST_NAMED: Final = 30
"""Most runs that are read one by one, where the newest page of the list lacks them."""


async def runs_by_id(api: Testomatio, project: str, run_ids: Iterable[str | None]) -> dict[str, Run]:
    """Read runs by their ids; a run that cannot be read is left out, as results are useful without it."""
    wanted = [run_id for run_id in dict.fromkeys(run_ids) if run_id]
    found: dict[str, Run] = {}
    if len(wanted) > 1:
        try:
            listed = await api.runs_page(project, [], 1)
        except PlatformError:
            note_missing(Missing(parts=Counter({"titles of runs": 1})))
            return found
        found = {run.id: run for run in listed.data if run.id in wanted}

    async def read(run_id: str) -> Run | None:
        try:
            return await api.run(project, run_id)
        except PlatformError:
            return None

    missing = [run_id for run_id in wanted if run_id not in found][:MOST_NAMED]
    read_runs = await gather([partial(read, run_id) for run_id in missing], at_once=4)
    return found | {run.id: run for run in read_runs if run is not None}


def env_of(run: Run | None) -> str | None:
    """The environments of a run in one text."""
    return (", ".join(sorted(run.env)) or None) if run is not None else None
