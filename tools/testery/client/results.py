"""Results over HTTP."""

from tools.kit.client import ApiClient, path
from tools.testery.models.results import Result, Results


class ResultCalls(ApiClient):
    """The calls about the results of a run."""

    async def results(self, run_id: int) -> list[Result]:
        """GET /test-runs/{id}/results"""
        return (await self.get(path("test-runs", run_id, "results"), into=Results)).root

    async def result(self, run_id: int, result_id: int) -> Result:
        """GET /test-runs/{id}/results/{resultId}"""
        result = await self.get(path("test-runs", run_id, "results", result_id), into=Result)
        result.screenshots = [self.absolute(one) or one for one in result.screenshots]
        result.videos = [self.absolute(one) or one for one in result.videos]
        return result
