"""Test environments: where testers reach the product (API reference: Test Environments)."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from tools.kit.model import Many, Model
from tools.kit.text import Key, Secret, Untrusted


class BinaryApp(Model):
    id: int | None = None
    filename: Untrusted | None = None
    file_size: int | None = None


class EnvironmentInformation(Model):
    """A page for testers: the customer's own, or one with accounts to claim."""

    data_type: Key | None = None
    page_url: Untrusted | None = None
    description: Untrusted | None = None


def _object(value: Any) -> Any:
    return value if isinstance(value, dict | EnvironmentInformation) else None


class TestEnvironment(Model):
    """An environment; the API sends its credentials in plain text, and answers hide them."""

    __test__ = False

    id: int | None = None
    title: Untrusted | None = None
    url: Untrusted | None = None
    username: Secret | None = None
    password: Secret | None = None
    access: Secret | None = None
    proxy: bool | None = None
    allow_orders: bool | None = None
    access_type: Key | None = None
    binary_app: BinaryApp | None = None
    environment_test_information: Annotated[EnvironmentInformation | None, BeforeValidator(_object)] = None


class TestEnvironments(Model):
    __test__ = False

    test_environments: Many[TestEnvironment]
