"""The names of the environment variables with the credentials and the address of a workspace."""

from typing import Final

TOKEN: Final = "TESTSIGMA_API_TOKEN"  # noqa: S105 - the variable's name
OTHER_TOKEN: Final = "TEST_MANAGEMENT_API_TOKEN"  # noqa: S105 - the variable's name
BASE_URL: Final = "TESTSIGMA_BASE_URL"
REGION: Final = "TESTSIGMA_REGION"
USER: Final = "TESTSIGMA_USER"
