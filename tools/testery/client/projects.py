"""Projects, test suites and upload addresses of builds over HTTP."""

from tools.kit.client import ApiClient, path
from tools.kit.errors import NotFound
from tools.kit.parsing import load_json
from tools.testery.models.projects import Project, Projects, Suite, Suites

WRONG_KEY = "invalid request"


class ProjectCalls(ApiClient):
    """The calls about projects."""

    async def projects(self) -> list[Project]:
        """GET /projects"""
        return (await self.get("/projects", into=Projects)).root

    async def test_suites(self, project_id: int) -> list[Suite]:
        """GET /projects/{projectId}/test-suites"""
        return (await self.get(path("projects", project_id, "test-suites"), into=Suites)).root

    async def upload_url(
        self, project_key: str, *, build: str, file: str, branch: str | None, commit: str | None
    ) -> str:
        """GET /projects/{projectKey}/upload-url, which returns a signed address, a secret, as plain text

        Raises:
            NotFound: if no project has the key; the API answers 200 with the text "invalid request".
        """
        fields = {"build": build, "file": file, "branch": branch, "commit": commit}
        query = [(name, value) for name, value in fields.items() if value is not None]
        raw = await self.send("GET", path("projects", project_key, "upload-url"), query=query)
        address = _unquoted(raw)
        if not address or address.casefold() == WRONG_KEY:
            raise NotFound(f"{self.account.title} has no project with this key.", status=404)
        return address


def _unquoted(raw: bytes) -> str:
    """The text of an answer, which may come as a JSON string."""
    text = raw.decode("utf-8", "replace").strip()
    if not text.startswith('"'):
        return text
    try:
        value = load_json(raw)
    except ValueError:
        return text
    return value.strip() if isinstance(value, str) else text
