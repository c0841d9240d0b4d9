"""Projects, test suites and the way to a place for builds over HTTP."""

from tools.kit.client import ApiClient, path
from tools.kit.errors import NotFound
from tools.kit.parsing import load_json
from tools.testery.models.projects import Project, Projects, Suite, Suites

WRONG_KEY = "invalid request"


class ProjectCalls(ApiClient):
    """The calls around projects."""

    async def projects(self) -> list[Project]:
        """GET /projects"""
        return (await self.get("/projects", into=Projects)).root

    async def test_suites(self, project_id: int) -> list[Suite]:
        """GET /projects/{projectId}/test-suites"""
        return (await self.get(path("projects", project_id, "test-suites"), into=Suites)).root

    async def upload_url(
        self, project_key: str, *, build: str, file: str, branch: str | None, commit: str | None
    ) -> str:
        """GET /projects/{projectKey}/upload-url, which answers a signed address as plain text: a secret

        Raises:
            NotFound: for a key that is no project's, which is a success with two words on the wire.
        """
        asked = {"build": build, "file": file, "branch": branch, "commit": commit}
        query = [(name, value) for name, value in asked.items() if value is not None]
        raw = await self.send("GET", path("projects", project_key, "upload-url"), query=query)
        told = _unquoted(raw)
        if not told or told.casefold() == WRONG_KEY:
            raise NotFound(f"{self.account.title} has no project of this key.", status=404)
        return told


def _unquoted(raw: bytes) -> str:
    """The text of an answer, also where it came as JSON."""
    text = raw.decode("utf-8", "replace").strip()
    if not text.startswith('"'):
        return text
    try:
        told = load_json(raw)
    except ValueError:
        return text
    return told.strip() if isinstance(told, str) else text
