"""Runs as pipelines report them: opened, changed and finished with the project's own token."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer
from tools.kit.question import Lines, render_fields
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.text import given as given_text
from tools.kit.toolset import Toolset
from tools.kit.wait import wait_for_change
from tools.testomatio.client.families import PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.reporting import ReportedRun
from tools.testomatio.models.runs import OVER
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_changes import Description, Env, Title, given
from tools.testomatio.tools.run_events import unfinished
from tools.testomatio.tools.runs import RunId, RunState, counts_of, describe, known_run
from tools.testomatio.tools.scope import Pairs, opens_api, place

tool = Toolset(Testomatio, needs="report")

Group = Annotated[str | None, Field(description="Made where there is none.")]
Tags = Annotated[list[str] | None, Field(description="Such as smoke.")]
JiraKey = Annotated[str | None, Field(description="Such as SHOP-412.")]
Label = Annotated[str | None, Field(description="'Label' or 'Label:value'.")]
Url = Annotated[str | None, Field(description="Page of the build.")]
Publish = Annotated[bool, Field(description="Make its report public.")]


class ReporterRun(Answer):
    """A run as its reporter sees it; credentials for the storage of files are left out."""

    id: Key | None = None
    url: Untrusted | None = None
    public_url: Untrusted | None = None
    tests_count: int | None = None

    @classmethod
    def of(cls, run: ReportedRun) -> "ReporterRun":
        return cls(id=run.uid, url=run.url, public_url=run.public_url, tests_count=run.tests_count)


def default_project(api: Testomatio, project: str | None) -> str | None:
    """The project to read in, where it is known: the token of these calls names it to nobody else."""
    return project or api.account.settings.get(PROJECT) or None


async def known_profile(api: Testomatio, profile: str) -> None:
    """See that a CI profile is there, where the project is known.

    Raises:
        Refused: naming those there are, when it is not.
    """
    slug = default_project(api, None)
    names = [one.profile_name or "?" for one in (await api.project_info(slug)).ci_profiles] if slug else [profile]
    if profile not in names:
        there = ", ".join(quote(name, at_most=60) for name in names) or "none"
        raise Refused(f"There is no CI profile {profile[:60]!r}. There are: {there}.")


@tool.writes(
    idempotent=False,
    verify_with="list_runs",
    unasked_when=lambda publish, ci_profile: not publish and ci_profile is None,
)
async def create_reported_run(
    api: Testomatio,
    title: Title | None = None,
    kind: Literal["automated", "manual", "mixed", "detect"] | None = None,
    env: Env = None,
    group_title: Group = None,
    tags: Tags = None,
    description: Description = None,
    label: Label = None,
    jira_id: JiraKey = None,
    ci_build_url: Url = None,
    test_ids: list[TestId] | None = None,
    suite_ids: list[SuiteId] | None = None,
    scheduled: Annotated[bool, Field(description="For testomatio_launch_run.")] = False,
    shared: Annotated[bool, Field(description="Join the run of this title.")] = False,
    shared_minutes: Annotated[int | None, Field(description="How long it may be joined.")] = None,
    shards: Annotated[int | None, Field(description="How many report into a shared run.")] = None,
    ci_profile: Annotated[str | None, Field(description="CI profile to start, by its name.")] = None,
    ci_grep: Annotated[str | None, Field(description="Only tests that fit this.")] = None,
    publish: Publish = False,
) -> Asking[Changed[ReporterRun]]:
    """Open a run that a pipeline reports into, in the token's project. Starting CI or publishing asks a person."""
    if (shared_minutes or shards) and not shared:
        raise Refused("shared_minutes and shards are for a shared run.")
    if shared and not title:
        raise Refused("A shared run is joined by its title: give one.")
    if ci_grep and not ci_profile:
        raise Refused("ci_grep is for ci_profile.")
    does = []
    if ci_profile:
        await known_profile(api, ci_profile)
        fits = f" for the tests that fit {given_text(ci_grep)}" if ci_grep else ""
        does.append(f"starts the CI profile {given_text(ci_profile)}{fits}, which takes machine time")
    if publish:
        does.append("makes its report public: whoever has the address can read titles, messages and files")
    lines = Lines(f"Open a run {given_text(title) if title else 'without a title'} that {' and '.join(does)}?")
    lines.fields({"Kind": kind, "Environment": env, "Group": group_title, "Tags": tags, "Description": description})
    lines.fields({"Label": label, "Jira issue": jira_id, "CI build": ci_build_url})
    lines.fields({"Tests": test_ids, "Suites": suite_ids, "Only scheduled": scheduled or None})
    lines.fields({"Shared with other reporters": shared or None, "Minutes it may be joined": shared_minutes})
    lines.fields({"Shards": shards})
    yield Ask(str(lines) if does else None)
    fields = given(
        title=title,
        env=env,
        group_title=group_title,
        tags=tags,
        description=description,
        label=label,
        jira_id=jira_id,
        ci_build_url=ci_build_url,
        access_event="publish" if publish else None,
        kind=kind,
        status="scheduled" if scheduled else None,
        shared_run=shared or None,
        shared_run_timeout=shared_minutes,
        shared_run_shards=shards,
        configuration=given(tests=test_ids, suites=suite_ids) or None,
        ci=given(profile=ci_profile, grep=ci_grep) or None,
    )
    run = await api.open_reported_run(fields)
    following = "testomatio_report_results fills it, testomatio_finish_reported_run ends it."
    yield Changed(done="Opened.", now=ReporterRun.of(run), next=following)


@tool.writes(idempotent=True, verify_with="get_run", unasked_when=lambda publish: not publish)
async def update_reported_run(
    api: Testomatio,
    run_id: RunId,
    title: Title | None = None,
    env: Env = None,
    group_title: Group = None,
    tags: Tags = None,
    description: Description = None,
    label: Label = None,
    jira_id: JiraKey = None,
    ci_build_url: Url = None,
    publish: Publish = False,
    edits: Edits = None,
) -> Asking[Changed[ReporterRun]]:
    """Change a run of the token's project as its pipeline would: group, tags, label, issue, build, public report."""
    fields = given(
        title=title,
        env=env,
        group_title=group_title,
        tags=tags,
        description=description,
        label=label,
        jira_id=jira_id,
        ci_build_url=ci_build_url,
        access_event="publish" if publish else None,
    )
    if not fields and not edits:
        raise Refused("Say at least one thing to change.")
    slug = default_project(api, None)
    if edits and (slug is None or not opens_api(api)):
        raise Refused(
            f"Edits need the texts that are stored, which {TOKEN} and {PROJECT} open to be read. Give the whole text "
            "instead."
        )
    run = await known_run(api, slug, run_id) if slug and (publish or edits) else None
    if run is not None:
        fields |= apply_edits(text_fields(run, "title", "description"), edits, fields)
    name = f"{describe(run)} of {place(slug)}" if run is not None and slug else f"run {given_text(run_id)}"
    lines = Lines(
        f"Make the report of {name} public? Whoever has the address can read titles, messages and files; the API "
        "cannot take it back."
    )
    lines.fields({"Title": title, "Environment": env, "Group": group_title, "Tags": tags, "Description": description})
    lines.fields({"Label": label, "Jira issue": jira_id, "CI build": ci_build_url})
    lines.parts(describe_edits(edits))
    yield Ask(str(lines) if publish else None)
    now = ReporterRun.of(await change_reported_run(api, run_id, fields))
    yield Changed(done="Changed.", now=now, next="testomatio_get_run shows it.")


async def change_reported_run(api: Testomatio, run_id: str, fields: dict[str, Any]) -> ReportedRun:
    """Change a run of the token's project.

    Raises:
        NotFound: when it has no such run.
    """
    try:
        return await api.change_reported_run(run_id, fields)
    except NotFound as error:
        raise NotFound(
            f"The project of this token has no run {run_id[:40]!r}. testomatio_list_runs shows ids.", status=404
        ) from error


async def left_behind(api: Testomatio, project: str, run_id: str) -> tuple[int, bool]:
    """How many automated tests have no result in a run, and whether that is all: they would be detached."""
    held = await drain(lambda page: api.results_page(project, [("run_id", run_id)], page))
    reported = {result.test_id for result in held.rows}
    query: Pairs = [("tql", "state == 'automated'"), ("slim", "true"), ("per_page", 100)]

    async def fetch(page: int) -> Listed[Test]:
        return await api.tests(project, [*query, ("page", page)])

    automated = await drain(fetch)
    return sum(test.id not in reported for test in automated.rows), held.complete and automated.complete


VERDICTS: Final = {
    "finish": "Testomat.io computes whether it passed",
    "pass": "It is set to pass, whatever its results say",
    "fail": "It is set to fail, whatever its results say",
}


@tool.destroys(idempotent=False, verify_with="get_run")
async def finish_reported_run(
    api: Testomatio,
    run_id: RunId,
    result: Annotated[Literal["finish", "pass", "fail"], Field(description="finish computes it.")] = "finish",
    shard: Annotated[bool, Field(description="End one shard; the last needs a plain finish.")] = False,
    duration_s: float | None = None,
    tests_count: int | None = None,
    passed_count: int | None = None,
    failed_count: int | None = None,
    skipped_count: int | None = None,
    detach: Annotated[bool, Field(description="Mark automated tests without a result as detached.")] = False,
    end_all_shards: bool = False,
    project: ProjectSlug = None,
) -> Asking[Changed[RunState]]:
    """Finish a run of testomatio_create_reported_run, after a person said yes; testomatio_terminate_run aborts it."""
    if shard and end_all_shards:
        raise Refused("Say shard for one or end_all_shards for all of them.")
    slug = api.project_of(project)
    run = unfinished(await known_run(api, slug, run_id))
    counts = await counts_of(api, slug, run.id)
    does = "End one shard of" if shard else "End all shards of" if end_all_shards else "Finish"
    lines = Lines(f"{does} {describe(run)} of {place(slug)}? It has {counts.describe()}.")
    lines.add("Result", f"{result}. {VERDICTS[result]}")
    reported = {"tests": tests_count, "passed": passed_count, "failed": failed_count, "skipped": skipped_count}
    lines.add("Counts as reported", render_fields(reported))
    lines.fields({"Seconds": duration_s})
    if shard:
        lines.say("A plain finish ends the run itself.")
    elif counts.pending:
        lines.say(f"What is pending ({counts.pending}) becomes skipped.")
    if detach:
        number, complete = await left_behind(api, slug, run.id)
        tests = many(number, "automated test is", "automated tests are", complete=complete)
        lines.say(f"Without a result in it, {tests} marked as detached from the code.")
    lines.say("There is no undo.")
    yield Ask(str(lines))
    fields = given(
        status_event=f"{result}_parallel" if shard else result,
        duration=duration_s,
        tests_count=tests_count,
        passed_count=passed_count,
        failed_count=failed_count,
        skipped_count=skipped_count,
        detach=detach or None,
        force_finish_shared_run=end_all_shards or None,
    )
    await change_reported_run(api, run.id, fields)
    after = await wait_for_change(
        lambda: api.run(slug, run.id),
        lambda read: shard or read.status in OVER,
        is_sandbox=api.is_sandbox,
        say=f"waiting for run {run.id}",
    )
    waits = not shard and after.status not in OVER
    yield Changed(
        done="One shard is ended." if shard else f"It is {after.status}." if not waits else "Accepted, not done yet.",
        before=RunState.of(run),
        now=RunState.of(after, await counts_of(api, slug, run.id)),
        warning="It waits for its other shards, or is processed in a moment; read it again." if waits else None,
        next="Tests without a result were detached; testomatio_list_tests shows them." if detach else None,
    )
