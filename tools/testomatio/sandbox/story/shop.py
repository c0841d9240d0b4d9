"""Shop: the company's people, tokens and projects."""

from datetime import UTC, datetime

from tools.testomatio.sandbox.people import Token, User
from tools.testomatio.sandbox.records import Project
from tools.testomatio.sandbox.world import OWNER, SHOP, World

ARCHIVE, APP, KIOSK, PAYROLL = "harbour-archive-11aa2", "harbour-app-2d41c", "harbour-kiosk-5e0aa", "payroll-77d01"
MARA, IRIS, JONAS, ANN, TOM = OWNER, 4102, 4103, 4104, 4105

_PEOPLE = (
    User(MARA, "Mara Lindt", "mara.lindt@shop.example.test", "owner"),
    User(IRIS, "Iris Okafor", "iris.okafor@shop.example.test", "manager"),
    User(JONAS, "Jonas Petersen", "jonas.petersen@shop.example.test"),
    User(ANN, "Ann Weber", "ann.weber@shop.example.test"),
    User(TOM, "Tom Reeve", "tom.reeve@shop.example.test", "reader", is_read_only=True),
)
_EVERYBODY = [MARA, IRIS, JONAS, ANN, TOM]


def add_company(world: World) -> None:
    """Add people, tokens and projects."""
    for person in _PEOPLE:
        world.users[person.id] = User(
            person.id, person.name, person.email, person.role, person.is_read_only, person.timezone
        )
    for project in _projects():
        world.projects[project.slug] = project
    for token in (
        Token("testomat_demo", MARA),
        Token("tstmt_demo", MARA, SHOP),
        Token("tstmt_sandbox0harbour0shop", MARA, SHOP),  # the credential of `testdesk serve --sandbox`
        Token("testomat_iris", IRIS),
        Token("testomat_jonas", JONAS),
        Token("testomat_ann", ANN),
        Token("testomat_reader", TOM),
        Token("testomat_paused", MARA, is_active=False),
        Token("tstmt_paused", MARA, SHOP, is_active=False),
        *(Token(project.api_key, MARA, project.slug) for project in world.projects.values()),
    ):
        world.tokens[token.value] = token


def _projects() -> list[Project]:
    begun = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
    touched = datetime(2026, 4, 3, 6, 40, tzinfo=UTC)
    return [
        Project(
            SHOP,
            "Harbour Shop",
            begun,
            touched,
            framework="playwright",
            language="typescript",
            repository_url="https://git.example.test/harbour/shop",
            environments=["staging", "production", "Chrome", "Firefox", "Safari", "Windows", "iPhone"],
            api_key="tstmt_h4rb0urSh0pDem0Key000000000000000001",
            artifacts_storage=True,
            storage={
                "ACCESS_KEY_ID": "AKIADEMOHARBOUR00001",
                "SECRET_ACCESS_KEY": "demoSecretKeyOfTheHarbourStorage00000001",
                "SESSION_TOKEN": "demoSessionTokenOfTheHarbourStorage000000000000000000000001",
                "REGION": "eu-central-1",
                "BUCKET": "harbour-artifacts",
                "ENDPOINT": "https://storage.example.test",
                "presign": True,
                "stack_artifacts": True,
            },
            ci_profiles=[
                {
                    "profile_name": "e2e-staging",
                    "service": "github",
                    "config": {
                        "repository": "harbour/shop",
                        "workflow": "e2e.yml",
                        "ref": "main",
                        "token": "ghp_demoTokenOfTheHarbourPipeline0000001",
                    },
                    "pass_testomatio_key": True,
                    "pass_testomatio_url": False,
                    "pass_run_id": True,
                },
                {
                    "profile_name": "nightly",
                    "service": None,
                    "config": None,
                    "pass_testomatio_key": False,
                    "pass_testomatio_url": False,
                    "pass_run_id": True,
                },
            ],
            replies={
                "passed": ["With remarks"],
                "failed": ["Known issue", "Flaky", "Environment"],
                "skipped": ["Blocked", "Out of scope"],
            },
            members=list(_EVERYBODY),
        ),
        Project(
            ARCHIVE,
            "Harbour Archive",
            datetime(2023, 1, 9, 8, 0, tzinfo=UTC),
            datetime(2024, 12, 20, 15, 0, tzinfo=UTC),
            status="archived",
            environments=["staging"],
            api_key="tstmt_h4rb0urArch1veDem0Key00000000000002",
            members=[MARA, IRIS],
        ),
        Project(
            APP,
            "Harbour App",
            datetime(2025, 6, 2, 8, 0, tzinfo=UTC),
            touched,
            framework="appium",
            language="java",
            environments=["TestFlight", "iPhone", "iPad"],
            api_key="tstmt_h4rb0urAppDem0Key0000000000000000003",
            members=[MARA, IRIS, ANN],
        ),
        Project(
            KIOSK,
            "Harbour Kiosk",
            datetime(2025, 9, 1, 8, 0, tzinfo=UTC),
            datetime(2026, 3, 11, 16, 0, tzinfo=UTC),
            type="bdd",
            framework="cucumber",
            language="javascript",
            environments=["kiosk-altona"],
            subscription="professional",
            features=[],
            api_key="tstmt_h4rb0urK1oskDem0Key00000000000000004",
            members=[MARA, JONAS],
        ),
        Project(
            PAYROLL,
            "Payroll",
            begun,
            begun,
            api_key="tstmt_payr0llDem0Key000000000000000000005",
            members=[9001],
        ),
    ]
