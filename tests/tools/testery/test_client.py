"""The client reads every form of answer the API is known to give, and assumes nothing beyond it."""

import logging
from typing import Any

import pytest

from tests.tools.kit.wire import Answer, Wire, says
from tests.tools.testery.wired import client_over, run_as_read
from tools.kit.errors import Invalid, NotFound, OutcomeUnknown, PlatformError, Refused, Unauthorized
from tools.kit.vocabulary import Status
from tools.testery.models.results import Result, Results
from tools.testery.models.runs import Run

pytestmark = pytest.mark.anyio

OF_2020 = {
    "id": 1,
    "name": "Nightly",
    "testName": None,
    "startTime": "2020-09-15 02:00:04+0000",
    "endTime": None,
    "createTime": "2020-09-15 01:59:58+0000",
    "status": "RUNNING",
    "passCount": 0,
    "failCount": 0,
    "ignoredCount": 0,
    "totalCount": 0,
    "codeCoveragePercentage": None,
    "totalTestingTime": 0,
    "isSchedule": None,
    "gitRef": None,
    "buildKey": "42",
    "environment": "staging",
    "statusInfo": None,
    "includeTags": [],
    "complete": False,
}


async def test_a_run_of_the_official_example_is_read_with_its_times_as_iso() -> None:
    run = await client_over(Wire(says(json=OF_2020))).test_run(1)
    assert (run.created_at, run.started_at) == ("2020-09-15T01:59:58+00:00", "2020-09-15T02:00:04+00:00")
    assert run.ended_at is None
    assert (run.environment_key, run.build, run.is_over) == ("staging", "42", False)


def test_an_environment_is_known_by_its_key_also_where_it_is_an_object() -> None:
    told = {"id": 1, "environment": {"key": "staging", "name": "Staging", "archived": False}}
    assert Run.model_validate(told).environment_key == "staging"
    assert Run.model_validate({"id": 1, "environment": None}).environment_key is None


@pytest.mark.parametrize(
    ("told", "is_over"),
    [
        ({"status": "RUNNING", "ended": False}, False),
        ({"status": "PASS", "ended": True}, True),
        ({"status": "SOMETHING_NEW", "ended": True}, True),
        ({"status": "SOMETHING_NEW", "complete": True}, True),
        ({"status": "FAIL", "complete": False}, False),
        ({"status": "FAIL", "ended": False, "complete": True}, False),
        ({"status": "CANCEL"}, True),
        ({"status": "FAIL"}, True),
        ({"status": "SOMETHING_NEW"}, False),
        ({}, False),
    ],
)
def test_a_run_is_over_as_ended_says_else_complete_else_its_status(told: dict[str, Any], is_over: bool) -> None:
    assert Run.model_validate({"id": 1} | told).is_over is is_over


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PASS", "passed"),
        ("FAIL", "failed"),
        ("CANCELED", "cancelled"),
        ("CANCEL", "cancelled"),
        ("SUBMITTED", "queued"),
        ("QUEUED", "queued"),
        ("PENDING", "queued"),
        ("RUNNING", "running"),
        ("IGNORED", "skipped"),
        ("SKIPPED", "skipped"),
        ("NOT_RUN", "queued"),
        ("NOTRUN", "queued"),
        ("SOMETHING_NEW", "unknown"),
        (None, "unknown"),
    ],
)
def test_every_word_for_a_status_old_ones_too_has_its_shared_word(word: str | None, status: Status) -> None:
    assert Run.model_validate({"id": 1, "status": word}).status == status
    assert Result.model_validate({"id": 1, "status": word}).status == status


@pytest.mark.parametrize(
    "told",
    [
        {"id": 5},
        {"id": 5, "projectTest": None, "error": None, "stackTrace": None, "duration": None},
        {"id": 5, "projectTest": {"name": None, "file": None, "fileFilter": None}, "screenShots": None},
        {"id": 5, "projectTest": "nonsense", "screenShots": "nonsense", "videos": [None, 7, {}]},
    ],
)
def test_a_result_may_lack_everything_but_its_id(told: dict[str, Any]) -> None:
    (result,) = Results.model_validate([told]).root
    assert (result.name, result.file, result.what, result.duration_ms) == (None, None, "", None)
    assert result.test == ("", "#5")


def test_a_result_names_its_test_by_the_first_name_and_file_it_has() -> None:
    test = {"name": "", "fileFilter": None, "file": "cart.spec.ts"}
    result = Result.model_validate({"id": 5, "name": "Cart", "projectTest": test, "fileFilter": "tests/other.ts"})
    assert (result.name, result.file) == ("Cart", "cart.spec.ts")
    deep = Result.model_validate({"name": "Cart", "fileFilter": "tests/cart.spec.ts", "file": "cart.spec.ts"})
    assert (deep.name, deep.file) == ("Cart", "tests/cart.spec.ts")


def test_without_an_error_the_first_line_of_the_stack_says_what_went_wrong() -> None:
    assert Result.model_validate({"id": 5, "error": None, "stackTrace": "\n  boom \n at x"}).what == "boom"


def test_the_output_has_two_names() -> None:
    assert Result.model_validate({"output": "a"}).output == "a"
    assert Result.model_validate({"processOutput": "b"}).output == "b"


@pytest.mark.parametrize(
    "answer", [says(content=b"null"), says(json={"id": 1, "email": "API"}), says(json={}), says(content=b"")]
)
async def test_nobody_stands_behind_an_accounts_own_key(answer: Answer) -> None:
    assert await client_over(Wire(answer)).own_user() is None


async def test_a_person_without_a_name_is_called_by_the_email() -> None:
    told = {"firstName": None, "email": "iris@northwind.example"}
    user = await client_over(Wire(says(json=told))).own_user()
    assert user is not None
    assert user.full_name == "iris@northwind.example"


@pytest.mark.parametrize("body", [b"invalid request", b"Invalid Request\n", b'"invalid request"', b""])
async def test_a_wrong_project_key_is_a_success_with_two_words_and_is_told_as_no_such_project(body: bytes) -> None:
    api = client_over(Wire(says(content=body)))
    with pytest.raises(NotFound, match="no project with this key"):
        await api.upload_url("nope", build="1", file="a.zip", branch=None, commit=None)


@pytest.mark.parametrize("where", ["deploys", "schedules"])
async def test_500_with_a_sentence_refuses_a_deploy_or_a_schedule_and_is_no_unknown_outcome(where: str) -> None:
    api = client_over(Wire(says(500, json={"message": "Cron expression must consist of 5 fields"})))
    call = api.create_deploy if where == "deploys" else api.create_schedule
    with pytest.raises(Invalid, match="refused what was sent") as refused:
        await call({})
    assert "5 fields" in refused.value.words


@pytest.mark.parametrize(
    "answer",
    [
        says(500, content=b""),
        says(500, content=b"<html>down</html>"),
        says(500, json={"message": ""}),
        says(500, json={"error": "Internal Server Error", "message": "Internal Server Error"}),
        says(502, json={"message": "Bad gateway"}),
    ],
)
async def test_any_other_500_of_a_write_leaves_open_whether_it_happened(answer: Answer) -> None:
    with pytest.raises(OutcomeUnknown):
        await client_over(Wire(answer)).create_schedule({})


async def test_500_with_a_sentence_elsewhere_is_as_unknown_as_ever() -> None:
    with pytest.raises(OutcomeUnknown):
        await client_over(Wire(says(500, json={"message": "No luck"}))).start_test_run({})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"code": "401", "message": "Not Authorized"}, "Not Authorized"),
        ({"timestamp": "x", "status": 400, "error": "Bad Request", "message": "key is required"}, "key is required"),
        ({"error": "only this"}, "only this"),
        ([1], "1"),
    ],
)
async def test_an_error_is_told_by_its_message(body: Any, words: str) -> None:
    with pytest.raises(PlatformError) as error:
        await client_over(Wire(says(401, json=body))).own_account()
    assert isinstance(error.value, Unauthorized)
    assert error.value.words == words


async def test_a_run_that_was_started_is_known_by_its_id_alone() -> None:
    created = await client_over(Wire(says(201, json={"id": 7}))).start_test_run({})
    assert (created.id, created.said) == (7, None)


@pytest.mark.parametrize(
    ("answer", "run_id"),
    [
        (says(201, json={"id": 7, "status": "SUBMITTED"}), 7),
        (says(204, content=b""), None),
        (says(content=b"ok"), None),
        (says(content=b"null"), None),
        (says(json=[{"id": 7}]), None),
        (says(json={"status": "SUBMITTED"}), None),
    ],
)
async def test_a_rerun_takes_any_success_and_reads_a_run_only_where_there_is_one(
    answer: Answer, run_id: int | None
) -> None:
    created = await client_over(Wire(answer)).rerun_test_run(1)
    assert (created.id if created is not None else None) == run_id


def pages(*sizes: int) -> list[Answer]:
    """Lists of runs with descending ids, in pages of these sizes, then an empty one."""
    top, answers = 9_000, []
    for size in (*sizes, 0):
        answers.append(says(json=[run_as_read(top - number) for number in range(size)]))
        top -= size
    return answers


async def walked(wire: Wire, newest: int) -> tuple[list[int], Any]:
    ids: list[int] = []
    seen = await client_over(wire).walk_test_runs(lambda run: ids.append(run.id), newest=newest)
    return ids, seen.coverage(len(ids))


async def test_a_short_page_is_not_taken_for_the_end_since_a_limit_may_be_lowered_in_silence() -> None:
    wire = Wire(*pages(100, 100, 30))
    ids, coverage = await walked(wire, 5_000)
    assert len(ids) == 230
    assert coverage.complete
    assert coverage.total == 230
    assert [request.url.params["offset"] for request in wire.arrived] == ["0", "100", "200", "230"]


async def test_a_list_that_is_longer_than_looked_at_says_so() -> None:
    wire = Wire(*pages(250, 250))
    ids, coverage = await walked(wire, 300)
    assert [request.url.params["limit"] for request in wire.arrived] == ["250", "50"]
    assert len(ids) == 500
    assert not coverage.complete
    assert coverage.total is None
    assert "only the newest 500 runs were read" in str(coverage.why)


async def test_a_platform_that_repeats_itself_is_not_followed_for_ever() -> None:
    wire = Wire(says(json=[run_as_read(number) for number in range(1, 251)]))
    ids, coverage = await walked(wire, 20_000)
    assert len(ids) == 250
    assert len(wire.arrived) == 2
    assert not coverage.complete
    assert "repeated a page" in str(coverage.why)


async def test_runs_that_come_while_pages_are_read_are_counted_once() -> None:
    first = [run_as_read(number) for number in range(1000, 750, -1)]
    second = [run_as_read(number) for number in range(752, 700, -1)]
    ids, coverage = await walked(Wire(says(json=first), says(json=second), says(json=[])), 5_000)
    assert len(ids) == len(set(ids)) == 300
    assert coverage.loaded == 300


@pytest.mark.parametrize("piece", ["..", ".", ""])
async def test_an_id_cannot_climb_out_of_its_place(piece: str) -> None:
    wire = Wire(says(json={}))
    with pytest.raises(Refused, match="An id may not be empty"):
        await client_over(wire).upload_url(piece, build="1", file="a", branch=None, commit=None)
    assert wire.arrived == []


async def test_a_key_with_slashes_stays_one_piece_of_the_path() -> None:
    wire = Wire(says(content=b"invalid request"))
    with pytest.raises(NotFound):
        await client_over(wire).upload_url("../../account?x=1", build="1", file="a", branch=None, commit=None)
    assert wire.arrived[0].url.raw_path.startswith(b"/api/projects/..%2F..%2Faccount%3Fx%3D1/upload-url?")


async def test_the_signed_address_of_an_upload_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    address = b"https://storage.example/build.zip?X-Amz-Signature=0123abcd"
    told = await client_over(Wire(says(content=address))).upload_url(
        "web", build="1", file="a.zip", branch=None, commit=None
    )
    assert told == address.decode()
    assert "0123abcd" not in caplog.text
