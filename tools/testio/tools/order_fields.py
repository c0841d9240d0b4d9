"""The fields of orders: what a caller gives, and the form in which the platform takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Sent, not_none
from tools.kit.naming import ByName, pick
from tools.kit.text import Secret, quote
from tools.kit.when import parse_timestamp
from tools.testio.models.devices import Entry
from tools.testio.tools.products import ENVIRONMENT

Goal = Annotated[str | None, Field(max_length=5000, description="What testers should find out.")]
OutOfScope = Annotated[str | None, Field(max_length=5000, description="What testers should leave out.")]
Instructions = Annotated[str | None, Field(max_length=5000, description="How testers start, what they must know.")]
Title = Annotated[str | None, Field(min_length=1, max_length=250, description="Title that testers see.")]
TestingType = Annotated[
    Literal["coverage", "usability", "rapid", "focused"],
    Field(description="rapid: one question; focused: only bug_severities."),
]
Language = Annotated[Literal["en", "de"], Field(description="Language of the bug reports.")]
Level = Literal["low", "high", "critical"]
BugLevels = Annotated[list[Level] | None, Field(description="For focused only.")]
DeviceClouds = Annotated[bool, Field(description="Allow cloud devices.")]
Hours = Annotated[int | None, Field(ge=1, le=336, description="How long it runs.")]
Start = Annotated[str | None, Field(description="2026-04-01T09:00+02:00.")]
Number = Annotated[int, Field(gt=0)]
NameOrId = Annotated[int, Field(gt=0)] | Annotated[str, Field(min_length=1)] | None

DEFAULT_HOURS = {"rapid": 2, "usability": 24, "focused": 24, "coverage": 28}


class FeatureToTest(Sent):
    """A feature by id; or by title, which uses the product's feature of that title or creates one."""

    id: Annotated[int | None, Field(gt=0, description="Of an existing feature.")] = None
    title: Annotated[str | None, Field(min_length=1, max_length=250, description="Such as Wish list.")] = None
    description: Annotated[str | None, Field(max_length=5000, description="What it does.")] = None
    howtofind: Annotated[str | None, Field(max_length=5000, description="Where it is.")] = None
    user_stories: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500)]] | None,
        Field(description="As a guest, I can reset my PIN."),
    ] = None

    @property
    def has_new_texts(self) -> bool:
        """Whether both texts are given: then the platform overwrites those of an existing feature."""
        return bool(self.description and self.howtofind)

    def wire(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class EnvironmentToUse(Sent):
    """Existing by id or title, or new by title and url."""

    id: Annotated[int | None, Field(gt=0, description="Of an existing environment.")] = None
    title: Annotated[str | None, Field(min_length=1, max_length=80, description="Such as Staging.")] = None
    url: Annotated[str | None, Field(max_length=2000, description="Of a new one.")] = None
    access: Annotated[Secret | None, Field(max_length=2000, description="Logins.")] = None
    allow_orders: Annotated[bool, Field(description="Testers may place real orders.")] = False

    def wire(self) -> dict[str, Any]:
        if self.id is not None:
            return {"id": self.id}
        fields = self.model_dump(exclude_none=True)
        return fields if self.access is None else fields | {"access": self.access.get_secret_value()}


class _EnvironmentByTitle(ByName):
    """Resolves a title without a url to an existing environment."""

    async def resolve(self, api: Any, value: Any, given: Mapping[str, Any], *, parts: bool) -> Any:
        if not isinstance(value, EnvironmentToUse) or value.id is not None or value.url is not None or not value.title:
            return value
        choices = await self.choices(api, given)
        try:
            chosen = pick(value.title, choices, what=self.what, shows=self.shows, parts=parts)
        except Refused as error:
            raise Refused(f"{error.sentence} A new one needs a url besides its title.") from error
        return value.model_copy(update={"id": chosen.id})


OrderEnvironment = Annotated[
    EnvironmentToUse, _EnvironmentByTitle(ENVIRONMENT.what, ENVIRONMENT.choices, ENVIRONMENT.shows)
]
OtherEnvironment = Annotated[
    EnvironmentToUse | None, _EnvironmentByTitle(ENVIRONMENT.what, ENVIRONMENT.choices, ENVIRONMENT.shows)
]


class Devices(Sent):
    """One group of devices, each by its name in testio_list_devices ("iOS", "17" for 17.x) or by its id, a number."""

    category: Annotated[NameOrId, Field(description="Such as smartphone.")] = None
    operating_system: Annotated[NameOrId, Field(description="Such as iOS.")] = None
    min_version: Annotated[NameOrId, Field(description="Such as 17.")] = None
    max_version: Annotated[NameOrId, Field(description="The newest.")] = None
    vendor_id: Annotated[Number | None, Field(description="Manufacturer.")] = None
    device_ids: Annotated[list[Number] | None, Field(description="Single models.")] = None
    browser_ids: Annotated[list[Number] | None, Field(description="Browsers on them.")] = None


@dataclass(frozen=True)
class ChosenDevices:
    """A group of devices from the catalogue: names for the question, ids for the request."""

    category: Entry | None = None
    operating_system: Entry | None = None
    min_version: Entry | None = None
    max_version: Entry | None = None
    vendor_id: int | None = None
    device_ids: Sequence[int] = ()
    browser_ids: Sequence[int] = ()

    def wire(self) -> dict[str, Any]:
        one = {
            "category": self.category and self.category.id,
            "vendor": self.vendor_id,
            "operating_system": self.operating_system and self.operating_system.id,
            "min_operating_system_version": self.min_version and self.min_version.id,
            "max_operating_system_version": self.max_version and self.max_version.id,
        }
        several = {"devices": self.device_ids, "browsers": self.browser_ids}
        return {name: {"id": number} for name, number in one.items() if number is not None} | {
            name: [{"id": number} for number in numbers] for name, numbers in several.items() if numbers
        }

    def __str__(self) -> str:
        def named(kind: str, entry: Entry | None, before: str = "") -> str:
            if entry is None:
                return ""
            name = quote(entry.name or entry.key, at_most=60) if entry.name or entry.key else ""
            return before + (f"{name} ({kind} {entry.id})" if name else f"{kind} {entry.id}")

        def numbered(kind: str, numbers: Sequence[int]) -> str:
            return f"{kind} {', '.join(map(str, numbers))}" if numbers else ""

        parts = (
            named("category", self.category),
            named("operating system", self.operating_system),
            named("version", self.min_version, "from "),
            named("version", self.max_version, "up to "),
            f"vendor {self.vendor_id}" if self.vendor_id is not None else "",
            numbered("devices", self.device_ids),
            numbered("browsers", self.browser_ids),
        )
        return ", ".join(filter(None, parts)) or "any device"


Features = Annotated[
    list[FeatureToTest] | None,
    Field(min_length=1, max_length=50, description="What to test."),
]
Requirements = Annotated[
    list[Devices] | None,
    Field(min_length=1, max_length=20, description="From testio_list_devices."),
]


def wire_fields(
    *,
    duration_hours: int | None = None,
    bug_severities: Sequence[Level] | None = None,
    requirements: Sequence[ChosenDevices] | None = None,
    test_environment: EnvironmentToUse | None = None,
    features: Sequence[FeatureToTest] | None = None,
    **plain: str | bool | None,
) -> dict[str, Any]:
    """The fields of a test as the endpoints take them, without those that are None."""
    fields: dict[str, Any] = {
        **plain,
        "duration": str(duration_hours) if duration_hours is not None else None,  # a string of hours
        "test_environment": test_environment.wire() if test_environment is not None else None,
        "features": [feature.wire() for feature in features] if features is not None else None,
    }
    if bug_severities is not None:
        fields["bug_severities"] = {level: level in bug_severities for level in ("low", "high", "critical")}
    if requirements is not None:
        fields["requirements"] = [devices.wire() for devices in requirements]
        # By default the platform's own choice of devices might override the requirements.
        fields["use_default_devices"] = False
    return not_none(**fields)


def check_start(start_at: str | None) -> None:
    """Refuse a start that is not a point in time, before any request.

    Raises:
        Refused: with the expected form.
    """
    if start_at is not None and (parse_timestamp(start_at) is None or "T" not in start_at):
        raise Refused("start_at must be an ISO time with an offset, such as 2026-04-01T09:00:00+02:00.")


def check_severities(bug_severities: Sequence[Level] | None, testing_type: str | None) -> None:
    """Refuse bug levels for a type of test that has none.

    Raises:
        Refused: with the type that has them.
    """
    if bug_severities is not None and testing_type != "focused":
        raise Refused("bug_severities are for testing_type focused only.")
