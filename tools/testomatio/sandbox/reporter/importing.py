"""Importing: tests from code, and the IDs to write into code.

Where the reference is silent: without `sync` an import is processed a moment later; an import ID is valid until the
last chunk; a filter that matches nothing returns an empty list.
"""

from urllib.parse import unquote

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import reported_project
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.labelling import label_names
from tools.testomatio.sandbox.records import Project, Suite, Test
from tools.testomatio.sandbox.reporter.code_import import CodeImport, Options
from tools.testomatio.sandbox.reporter.ingestion import without_prefix
from tools.testomatio.sandbox.reporter.pending_uploads import Upload
from tools.testomatio.sandbox.reporter.reporting import with_message_errors
from tools.testomatio.sandbox.requests import Fields, body, boolean, is_on, objects, query_list, string
from tools.testomatio.sandbox.v2.plans import tests_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

LARGEST_CHUNK = 1024 * 1024
MOST_IN_A_CHUNK = 100
SECONDS_TO_TAKE_IN = 2


@routes.post("/api/load")
@with_message_errors
async def load(call: Call[World]) -> Response:
    """Import tests at once or in chunks, the last of which has `finish`."""
    world, project, sent = call.world, reported_project(call), body(call)
    tests, files = [dict(_validated(entry)) for entry in objects(sent, "tests")], _files(sent)
    if boolean(sent, "chunk_upload"):
        upload = _upload_of(call, project, sent)
        upload.tests += tests
        upload.files |= files
        if not boolean(sent, "finish"):
            return answer({"message": "Chunk received", "import_id": upload.id})
        del world.pending_uploads.uploads[upload.id]
        tests, files = upload.tests, upload.files
    options = _options(world, project, sent)
    if boolean(sent, "sync"):
        _import(world, project, options, tests, files)
    else:
        world.soon(SECONDS_TO_TAKE_IN, lambda: _import(world, project, options, tests, files))
    project.framework, project.language = (
        string(sent, "framework") or project.framework,
        string(sent, "language") or project.language,
    )
    return answer({"message": "Tests imported"})


@routes.get("/api/test_data")
@with_message_errors
async def get_test_data(call: Call[World]) -> Response:
    """IDs of tests and suites by all their names in code; with files, manual tests as Markdown."""
    world, project = call.world, reported_project(call)
    suites = _requested_suites(call, project)
    ids: dict[str, dict[str, str]] = {"tests": {}, "suites": {}}
    for suite in suites:
        ids["suites"][suite.title] = f"@S{suite.id}"
        for test in world.tests_in(suite):
            names = [test.title, f"{suite.title}#{test.title}"]
            if file := test.file or suite.file:
                names.append(f"{file}#{suite.title}#{test.title}")
            ids["tests"] |= dict.fromkeys(names, f"@T{test.id}")
    if is_on(call, "with_files"):
        ids["files"] = {path: text for suite in suites for path, text in _markdown(world, suite)}
        if is_on(call, "export_automated"):
            ids["files"] |= world.pending_uploads.sources.get(project.slug, {})
    return answer(ids)


@routes.get("/api/test_grep")
@with_message_errors
async def find_tests(call: Call[World]) -> Response:
    """IDs of the tests with a tag, a label or a Jira issue, or of a plan."""
    world, project, query = call.world, reported_project(call), (call.last("id") or "").strip()
    kind = call.last("type")
    if kind not in {"tag", "plan", "label", "jira"} or not query:
        raise refuse(422, "type is one of tag, plan, label, jira, and id is needed")
    # The JavaScript reporter encodes the filter, and its HTTP client encodes it again.
    tests = _matching_tests(world, project, kind, query) or _matching_tests(world, project, kind, unquote(query))
    return answer({"tests": [f"T{test.id}" for test in tests]})


def _matching_tests(world: World, project: Project, kind: str, query: str) -> list[Test]:
    tests = list(world.tests.of(project.slug))
    if kind == "tag":
        return [test for test in tests if query.lstrip("@") in test.tags]
    if kind == "label":
        return [test for test in tests if query in label_names(world, test.labels)]
    if kind == "jira":
        return [test for test in tests if query.upper() in {one.jira_id for one in world.links_of("test", test.id)}]
    plan = world.plans.get(query)
    return [] if plan is None or plan.project != project.slug else tests_of(world, plan)


def _validated(entry: Fields) -> Fields:
    """A test of an import; 422 without a required field."""
    for name in ("name", "suites", "file"):
        if not entry.get(name):
            raise refuse(422, f"A test has no {name}")
    return entry


def _files(sent: Fields) -> dict[str, str]:
    files = sent.get("files") or {}
    if not isinstance(files, dict):
        raise refuse(422, "files is not an object")
    return {str(path): str(content) for path, content in files.items()}


def _upload_of(call: Call[World], project: Project, sent: Fields) -> Upload:
    """The import of a chunk; the first chunk has no import ID."""
    uploads = call.world.pending_uploads.uploads
    if len(call.body) > LARGEST_CHUNK or any(
        len(_chunk_entries(sent, name)) > MOST_IN_A_CHUNK for name in ("tests", "files")
    ):
        raise refuse(422, "A chunk has at most 1 MiB, 100 files and 100 tests")
    import_id = string(sent, "import_id")
    if not import_id:
        new = Upload(call.world.new_id(), project.slug)
        return uploads.setdefault(new.id, new)
    upload = uploads.get(import_id)
    if upload is None or upload.project != project.slug:
        raise refuse(422, "Import not found")
    return upload


def _chunk_entries(sent: Fields, name: str) -> list[object] | dict[str, object]:
    value = sent.get(name)
    return value if isinstance(value, list | dict) else []


def _options(world: World, project: Project, sent: Fields) -> Options:
    return Options(
        branch=world.branch(project.slug, string(sent, "branch")),
        may_create_ids=boolean(sent, "create"),
        keeps_detached=boolean(sent, "no-detach"),
        drops_empty=boolean(sent, "noempty"),
        moves=boolean(sent, "structure"),
        directory=string(sent, "dir") or "",
        suite=string(sent, "suite") or "",
    )


def _import(
    world: World, project: Project, options: Options, tests: list[dict[str, object]], files: dict[str, str]
) -> None:
    code = CodeImport(world, project.slug, options)
    for test in tests:
        code.add_test(test)
    code.finish()
    world.pending_uploads.sources.setdefault(project.slug, {}).update(files)


def _requested_suites(call: Call[World], project: Project) -> list[Suite]:
    """The requested suites with their subsuites, or all suites."""
    world, requested = call.world, [without_prefix(one, "S") for one in query_list(call, "suite_ids")]
    if not requested:
        return list(world.suites.of(project.slug))
    named = [suite for suite in world.suites.of(project.slug) if suite.id in requested]
    return [below for suite in named for below in world.below(suite)]


def _markdown(world: World, suite: Suite) -> list[tuple[str, str]]:
    """The manual tests of a suite as one file, in the folders of the suite."""
    tests = [test for test in world.tests_in(suite) if test.state == "manual"]
    if not tests:
        return []
    path, above = [suite.title], world.suites.get(suite.parent_id or "")
    while above is not None:
        path, above = [above.title, *path], world.suites.get(above.parent_id or "")
    head = f"<!-- suite\nid: @S{suite.id}\n-->\n# {suite.title}\n"
    return [(f"{'/'.join(path)}.test.md", "\n".join([head, *(_as_markdown(test) for test in tests)]))]


def _as_markdown(test: Test) -> str:
    head = f"<!-- test\nid: @T{test.id}\npriority: {test.priority}\n-->\n## {test.title}\n"
    return f"{head}\n{test.description or ''}\n"
