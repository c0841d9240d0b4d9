"""Resources: each platform's pages, with completion of their ids."""

import inspect
import logging
from collections.abc import Sequence
from typing import Any

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.mcpserver.resources.templates import DEFAULT_RESOURCE_SECURITY, ResourceTemplate
from mcp.shared.uri_template import UriTemplate
from mcp.types import Completion, PromptReference, ResourceTemplateReference

from prompts.library import Prompt as Prose
from server.catalogued_server import CataloguedServer
from server.guards.fence import is_wordlike, render_page
from server.guards.rights import may_read
from server.pipeline import Pipeline
from tools.across import across
from tools.kit.declared import DeclaredResource
from tools.kit.errors import NotFound, Refused
from tools.kit.missing import collect_missing
from tools.kit.platform import Platform
from tools.kit.text import learn_secrets
from tools.kit.webhook import Inbox

logger = logging.getLogger(__name__)

MOST_VALUES = 100


def add_resources(
    server: CataloguedServer, platforms: Sequence[Platform], pipeline: Pipeline, prose: Sequence[Prose]
) -> None:
    """Register every platform's resources, and one handler for all completions."""
    pages = {f"{p.key}://{page.template}": (p, page) for p in platforms for page in p.declared.resources}
    for address, (platform, page) in pages.items():
        _register(server, address, platform, page, pipeline)
    arguments = {prompt.name: {a.name for a in prompt.arguments} for prompt in prose}

    @server.completion()  # type: ignore[untyped-decorator, no-untyped-call]  # the SDK leaves it untyped
    async def complete(ref: Any, argument: Any, context: Any) -> Completion | None:
        if not may_read() or (isinstance(ref, PromptReference) and not server.offers(ref.name)):
            return None
        before = dict(getattr(context, "arguments", None) or {})
        if isinstance(ref, ResourceTemplateReference) and ref.uri in pages:
            platform, page = pages[ref.uri]
        elif isinstance(ref, PromptReference) and argument.name in arguments.get(ref.name, ()):
            found = [(p, r) for p, r in pages.values() if f"{{{argument.name}}}" in r.template]
            if not found:
                return await _complete_across(pipeline, argument.name, argument.value)
            platform, page = found[0]
        else:
            return None
        return await _complete(pipeline, platform, page, argument.name, argument.value, before)


async def _complete(
    pipeline: Pipeline, platform: Platform, page: DeclaredResource, variable: str, typed: str, before: dict[str, str]
) -> Completion | None:
    try:
        suggest = platform.resource(page.template).complete
        if suggest is None:
            return None
        takes = inspect.signature(suggest, eval_str=True).parameters.values()
        inbox = {p.name: pipeline.inboxes[platform.key] for p in takes if p.annotation is Inbox}
        values = await suggest(pipeline.clients[platform.key], variable, typed[:100], before, **inbox)
    except Exception as error:  # noqa: BLE001 - a suggestion that cannot be had is none, never a failure
        logger.info("no completion for %s: %s", variable, type(error).__name__)
        return None
    return _completion(pipeline, values)


async def _complete_across(pipeline: Pipeline, name: str, typed: str) -> Completion | None:
    """Complete an argument that concerns all platforms."""
    suggest = across.completions.get(name)
    if suggest is None:
        return None
    try:
        return _completion(pipeline, await suggest(pipeline.clients[across.key], typed[:100]))
    except Exception as error:  # noqa: BLE001 - as above
        logger.info("no completion for %s: %s", name, type(error).__name__)
        return None


def _completion(pipeline: Pipeline, values: list[str]) -> Completion:
    # An id is a word; a platform could name a project with a sentence.
    suggestions = [pipeline.redact(value) for value in values[:MOST_VALUES] if is_wordlike(value)]
    return Completion(values=suggestions, total=len(values), has_more=len(values) > MOST_VALUES)


def _register(
    server: CataloguedServer, address: str, platform: Platform, page: DeclaredResource, pipeline: Pipeline
) -> None:
    async def read(**given: str) -> str:
        account = pipeline.clients.defaults.get(platform.key)
        try:
            function = platform.resource(page.template).function
            taken = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
            kinds = {p.name: p.annotation for p in taken}
            inbox = {name: pipeline.inboxes[platform.key] for name, kind in kinds.items() if kind is Inbox}
            arguments = {name: _convert(name, value, kinds[name]) for name, value in given.items()}
            with learn_secrets(pipeline.redact.learn), collect_missing() as missing:
                page_text = await function(pipeline.clients[platform.key], **inbox, **arguments)
        except NotFound as error:
            raise ResourceNotFoundError(pipeline.sentence(error, platform, account=account)) from error
        except Exception as error:
            raise ResourceError(pipeline.sentence(error, platform, account=account)) from error
        source = "> Sandbox: invented data.\n\n" if pipeline.clients.is_sandbox else ""
        source += f"> Account: {account}.\n\n" if account else ""
        lacks = f"> Not all of it is here: {missing.sentence}.\n\n" if missing.sentence else ""
        return source + lacks + render_page(page_text, pipeline.redact, pipeline.most)

    # The public decorator makes a model of the arguments of each page, a third of the time of a build; all are texts.
    server._resource_manager._templates[address] = ResourceTemplate(
        uri_template=address,
        name=f"{platform.key}_{page.name}",
        title=f"{platform.title}: {page.name.replace('_', ' ')}",
        description=page.sentence,
        mime_type="text/markdown",
        fn=read,
        parameters={},
        context_kwarg=None,
        parsed_template=UriTemplate.parse(address),
        security=DEFAULT_RESOURCE_SECURITY,
    )


def _convert(name: str, value: str, kind: Any) -> Any:
    """Convert a URI variable to the type that its page takes.

    Raises:
        Refused: when it must be a number and is not one.
    """
    if kind is not int:
        return value
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise Refused(f"{name} must be a whole number.")
    return int(value)
