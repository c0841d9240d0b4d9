"""User stories as their own endpoints give them (API reference: User Stories)."""

from typing import Any

from pydantic import model_validator

from tools.kit.model import Many, Model
from tools.testio.models.products import UserStory


class Story(UserStory):
    """A user story; `feature_id` is documented for none of these answers, so it may be missing."""

    id: int
    feature_id: int | None = None


class Stories(Model):
    user_stories: Many[Story]

    @model_validator(mode="before")
    @classmethod
    def _bare_or_wrapped(cls, data: Any) -> Any:
        """Accept a list with and without its envelope, since one story had an envelope in 2022 and has none today."""
        return {"user_stories": data} if isinstance(data, list) else data
