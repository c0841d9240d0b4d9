"""Ingestion: adds a reporter's result to a run.

An invalid result is dropped silently, because the reporter has already been answered.
"""

from datetime import UTC, datetime

from tools.testomatio.sandbox import issue_links, labelling
from tools.testomatio.sandbox.lifecycle import pending_result, start
from tools.testomatio.sandbox.records import Labelled, Run, Suite, Test, Testrun, bare
from tools.testomatio.sandbox.requests import Fields
from tools.testomatio.sandbox.world import World

STATUSES = ("passed", "failed", "skipped")
LONGEST_STEP_TEXT = 250


def without_prefix(text: object, letter: str) -> str:
    """An ID without the prefix of its display form: `@T264409fe`, `T264409fe`."""
    word = str(text).strip().removeprefix("@")
    return word[1:] if len(word) == 9 and word[0] == letter else word


def matching_test(world: World, project: str, sent: Fields) -> Test | None:
    """The test of a result: by its ID, else by its title with the suite and file if they were sent."""
    if sent.get("test_id"):
        test = world.tests.get(without_prefix(sent["test_id"], "T"))
        return test if test is not None and test.project == project else None
    title = str(sent.get("title") or "").strip()
    for test in world.tests.of(project):
        if title and title in {test.title, bare(test.title)} and _is_same_place(world, test, sent):
            return test
    return None


def _is_same_place(world: World, test: Test, sent: Fields) -> bool:
    suite = world.suites.get(test.suite_id)
    if sent.get("suite_id") and without_prefix(sent["suite_id"], "S") != test.suite_id:
        return False
    if sent.get("suite_title") and (suite is None or sent["suite_title"] not in {suite.title, bare(suite.title)}):
        return False
    return sent.get("file") in {None, "", test.file} or test.file is None


def run_deferred(world: World, run: Run, sent: Fields, *, may_create: bool) -> None:
    """Add a result to its run: into a pending one, over the one it repeats, or as a new one."""
    example = sent.get("example")
    if sent.get("status") not in STATUSES or isinstance(example, list):
        return
    test = matching_test(world, run.project, sent) or (_create_test(world, run, sent) if may_create else None)
    if test is None:
        return
    values = _example_values(example)
    rid = None if not sent.get("rid") else str(sent["rid"]).removeprefix(f"{run.id}-")
    result = _result_to_update(world, run, test, values, rid)
    if result is None:
        result = world.results.add(pending_result(world, run, test, None, None))
    if result.status != "pending" and not sent.get("overwrite"):
        result.retries += 1
    result.rid, result.example, result.automated = rid or result.rid, values or result.example, True
    _fill(world, result, sent)
    start(world, run)


def _result_to_update(
    world: World, run: Run, test: Test, values: dict[str, str] | None, rid: str | None
) -> Testrun | None:
    """The result in the run to update: the one with the same identity, else a pending one."""
    own = [result for result in world.results.of_run(run.id) if result.test_id == test.id]
    same = [one for one in own if (one.rid == rid if rid else one.rid is None and one.example == values)]
    waiting = [one for one in own if not (one.example and values) or one.example == values]
    done = [one for one in same if one.status != "pending"]
    return next(iter([*done, *(one for one in waiting if one.status == "pending")]), None)


def _fill(world: World, result: Testrun, sent: Fields) -> None:
    result.status, result.updated_at = str(sent["status"]), world.now()
    result.finished_at = _time(sent.get("timestamp")) or world.now()
    for name in ("message", "stack", "substatus"):
        setattr(result, name, None if sent.get(name) is None else str(sent[name]))
    run_time = sent.get("run_time")
    result.run_time = run_time if isinstance(run_time, int | float) else None
    result.artifacts = [str(url) for url in _entries(sent.get("artifacts"))]
    result.steps = [_step(step) for step in _entries(sent.get("steps")) if isinstance(step, dict)]
    meta = sent.get("meta")
    result.meta = {str(key): str(value) for key, value in meta.items()} if isinstance(meta, dict) else {}
    for label in _entries(sent.get("labels")):
        add_label(world, result.project, result.labels, str(label))
    for link in _entries(sent.get("links")):
        if isinstance(link, dict) and link.get("label"):
            add_label(world, result.project, result.labels, str(link["label"]))
        elif isinstance(link, dict) and link.get("jira"):
            add_issue(world, result.project, str(link["jira"]), "testrun", result.id)


def add_label(world: World, project: str, labels: list[Labelled], text: str) -> None:
    """Add `label` or `label:value` to labels; an unknown label is ignored."""
    name, _, value = text.partition(":")
    label = labelling.find_label(world, project, text) or labelling.find_label(world, project, name)
    if label is not None:
        wanted = Labelled(label.slug, value or None)
        if wanted not in labels:
            labels.append(wanted)


def add_issue(world: World, project: str, key: str, resource_type: str, resource_id: str | int) -> None:
    """Link a Jira issue, once."""
    if key.strip().upper() not in {link.jira_id for link in world.links_of(resource_type, resource_id)}:
        issue_links.store(world, issue_links.new_link(world, project, "jira", key, resource_type, resource_id))


def _create_test(world: World, run: Run, sent: Fields) -> Test | None:
    """Create a test for a result without one, in the suite of the result."""
    title = str(sent.get("title") or "").strip()
    if not title:
        return None
    suite, now = _suite_for(world, run.project, sent), world.now()
    test = Test(world.new_id(), run.project, suite.id, title, now, now, state="automated", sync=True)
    test.position = len(world.tests_in(suite)) + 1
    test.file = None if sent.get("file") is None else str(sent["file"])
    test.code = None if sent.get("code") is None else str(sent["code"])
    test.linked_tags = [str(tag).lstrip("@") for tag in _entries(sent.get("tags"))]
    return world.tests.add(test)


def _suite_for(world: World, project: str, sent: Fields) -> Suite:
    known = world.suites.get(without_prefix(sent.get("suite_id") or "", "S"))
    title = str(sent.get("suite_title") or "Reported tests")
    if known is not None and known.project == project:
        return known
    for suite in world.suites.of(project):
        if suite.file_type == "file" and suite.title == title:
            return suite
    parent = world.suites.get(without_prefix(sent.get("root_suite_id") or "", "S"))
    parent_id = parent.id if parent is not None and parent.project == project else None
    siblings = [suite for suite in world.suites.of(project) if suite.parent_id == parent_id]
    made = Suite(world.new_id(), project, title, parent_id, position=len(siblings) + 1)
    made.created_at = made.updated_at = world.now()
    return world.suites.add(made)


def _example_values(example: object) -> dict[str, str] | None:
    """The values of an example: of an object by name, of a string as `example`."""
    if isinstance(example, dict):
        return {str(name): str(value) for name, value in example.items()} or None
    return None if example in (None, "") else {"example": str(example)}


def _time(timestamp: object) -> datetime | None:
    """The time of a number of seconds; None for anything else."""
    try:
        return datetime.fromtimestamp(timestamp, UTC) if isinstance(timestamp, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _step(step: dict[str, object]) -> dict[str, object]:
    """A step with its texts shortened, at any depth."""
    return {name: _shortened(value) for name, value in step.items()}


def _shortened(value: object) -> object:
    if isinstance(value, str):
        return value[:LONGEST_STEP_TEXT]
    if isinstance(value, dict):
        return _step(value)
    return [_shortened(entry) for entry in value] if isinstance(value, list) else value


def _entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []
