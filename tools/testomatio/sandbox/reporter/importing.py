"""Importing: tests that come from code, and the ids that code is marked with.

Where the reference is silent: an import that does not wait (`sync`) is done a moment later; an import's number lasts
until its last chunk; a filter that fits nothing answers an empty list.
"""

from urllib.parse import unquote

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import reported_project
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.labelling import titles
from tools.testomatio.sandbox.records import Project, Suite, Test
from tools.testomatio.sandbox.reporter.arrivals import Upload
from tools.testomatio.sandbox.reporter.code_import import CodeImport, Options
from tools.testomatio.sandbox.reporter.ingestion import bare_id
from tools.testomatio.sandbox.reporter.reporting import in_own_words
from tools.testomatio.sandbox.requests import Fields, body, boolean, is_on, objects, query_list, string
from tools.testomatio.sandbox.v2.plans import tests_of
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

LARGEST_CHUNK = 1024 * 1024
MOST_IN_A_CHUNK = 100
SECONDS_TO_TAKE_IN = 2


@routes.post("/api/load")
@in_own_words
async def load(call: Call[World]) -> Response:
    """Import tests, all at once or in chunks of which the last one says so."""
    world, kept, sent = call.world, reported_project(call), body(call)
    tests, files = [dict(_checked(entry)) for entry in objects(sent, "tests")], _files(sent)
    if boolean(sent, "chunk_upload"):
        upload = _upload(call, kept, sent)
        upload.tests += tests
        upload.files |= files
        if not boolean(sent, "finish"):
            return answer({"message": "Chunk received", "import_id": upload.id})
        del world.arrivals.uploads[upload.id]
        tests, files = upload.tests, upload.files
    options = _options(world, kept, sent)
    if boolean(sent, "sync"):
        _take_in(world, kept, options, tests, files)
    else:
        world.soon(SECONDS_TO_TAKE_IN, lambda: _take_in(world, kept, options, tests, files))
    kept.framework, kept.language = (
        string(sent, "framework") or kept.framework,
        string(sent, "language") or kept.language,
    )
    return answer({"message": "Tests imported"})


@routes.get("/api/test_data")
@in_own_words
async def get_test_data(call: Call[World]) -> Response:
    """Ids by every name that code may know a test or a suite by; with files, manual tests as Markdown."""
    world, kept = call.world, reported_project(call)
    suites = _asked_suites(call, kept)
    told: dict[str, dict[str, str]] = {"tests": {}, "suites": {}}
    for suite in suites:
        told["suites"][suite.title] = f"@S{suite.id}"
        for test in world.tests_in(suite):
            names = [test.title, f"{suite.title}#{test.title}"]
            if file := test.file or suite.file:
                names.append(f"{file}#{suite.title}#{test.title}")
            told["tests"] |= dict.fromkeys(names, f"@T{test.id}")
    if is_on(call, "with_files"):
        told["files"] = {path: text for suite in suites for path, text in _markdown(world, suite)}
        if is_on(call, "export_automated"):
            told["files"] |= world.arrivals.sources.get(kept.slug, {})
    return answer(told)


@routes.get("/api/test_grep")
@in_own_words
async def find_tests(call: Call[World]) -> Response:
    """Ids of the tests with a tag, a label or a Jira issue, or of a plan."""
    world, kept, wanted = call.world, reported_project(call), (call.last("id") or "").strip()
    kind = call.last("type")
    if kind not in {"tag", "plan", "label", "jira"} or not wanted:
        raise refuse(422, "type is one of tag, plan, label, jira, and id is needed")
    # The JavaScript reporter encodes the filter itself before its HTTP client does so once more.
    tests = _fitting(world, kept, kind, wanted) or _fitting(world, kept, kind, unquote(wanted))
    return answer({"tests": [f"T{test.id}" for test in tests]})


def _fitting(world: World, kept: Project, kind: str, wanted: str) -> list[Test]:
    tests = list(world.tests.of(kept.slug))
    if kind == "tag":
        return [test for test in tests if wanted.lstrip("@") in test.tags]
    if kind == "label":
        return [test for test in tests if wanted in titles(world, test.labels)]
    if kind == "jira":
        return [test for test in tests if wanted.upper() in {one.jira_id for one in world.links_of("test", test.id)}]
    plan = world.plans.get(wanted)
    return [] if plan is None or plan.project != kept.slug else tests_of(world, plan)


def _checked(entry: Fields) -> Fields:
    """A test of an import, with what it cannot do without."""
    for name in ("name", "suites", "file"):
        if not entry.get(name):
            raise refuse(422, f"A test has no {name}")
    return entry


def _files(sent: Fields) -> dict[str, str]:
    files = sent.get("files") or {}
    if not isinstance(files, dict):
        raise refuse(422, "files is not an object")
    return {str(path): str(content) for path, content in files.items()}


def _upload(call: Call[World], kept: Project, sent: Fields) -> Upload:
    """The import that a chunk belongs to; the first one has no number yet."""
    uploads = call.world.arrivals.uploads
    if len(call.body) > LARGEST_CHUNK or any(len(_sized(sent, name)) > MOST_IN_A_CHUNK for name in ("tests", "files")):
        raise refuse(422, "A chunk has at most 1 MiB, 100 files and 100 tests")
    import_id = string(sent, "import_id")
    if not import_id:
        made = Upload(call.world.new_id(), kept.slug)
        return uploads.setdefault(made.id, made)
    upload = uploads.get(import_id)
    if upload is None or upload.project != kept.slug:
        raise refuse(422, "Import not found")
    return upload


def _sized(sent: Fields, name: str) -> list[object] | dict[str, object]:
    value = sent.get(name)
    return value if isinstance(value, list | dict) else []


def _options(world: World, kept: Project, sent: Fields) -> Options:
    return Options(
        branch=world.branch(kept.slug, string(sent, "branch")),
        may_create_ids=boolean(sent, "create"),
        keeps_detached=boolean(sent, "no-detach"),
        drops_empty=boolean(sent, "noempty"),
        moves=boolean(sent, "structure"),
        directory=string(sent, "dir") or "",
        suite=string(sent, "suite") or "",
    )


def _take_in(
    world: World, kept: Project, options: Options, tests: list[dict[str, object]], files: dict[str, str]
) -> None:
    code = CodeImport(world, kept.slug, options)
    for test in tests:
        code.take(test)
    code.end()
    world.arrivals.sources.setdefault(kept.slug, {}).update(files)


def _asked_suites(call: Call[World], kept: Project) -> list[Suite]:
    """The suites that were named with those below them, or all."""
    world, asked = call.world, [bare_id(one, "S") for one in query_list(call, "suite_ids")]
    if not asked:
        return list(world.suites.of(kept.slug))
    named = [suite for suite in world.suites.of(kept.slug) if suite.id in asked]
    return [below for suite in named for below in world.below(suite)]


def _markdown(world: World, suite: Suite) -> list[tuple[str, str]]:
    """The manual tests of a suite as one file, below the folders that the suite is in."""
    tests = [test for test in world.tests_in(suite) if test.state == "manual"]
    if not tests:
        return []
    path, above = [suite.title], world.suites.get(suite.parent_id or "")
    while above is not None:
        path, above = [above.title, *path], world.suites.get(above.parent_id or "")
    head = f"<!-- suite\nid: @S{suite.id}\n-->\n# {suite.title}\n"
    return [(f"{'/'.join(path)}.test.md", "\n".join([head, *(_written(test) for test in tests)]))]


def _written(test: Test) -> str:
    head = f"<!-- test\nid: @T{test.id}\npriority: {test.priority}\n-->\n## {test.title}\n"
    return f"{head}\n{test.description or ''}\n"
