"""Every name in the files of deploy/ is one that the code has, and what must agree agrees."""

import argparse
import re
from pathlib import Path

import pytest

from server.cli import parser
from server.config_file import read_configuration
from server.http_app import HEALTH_PATH, LAST_BYTES, MCP_PATH
from server.reference import environment
from tests.deploy.files import (
    COMPOSE,
    MANIFESTS,
    PROXIES,
    UNITS,
    commands,
    container,
    documents,
    manifest,
    pod,
    service,
    unit,
    variables,
)
from tests.deploy.programs import DEPLOY, ROOT
from tests.docker_steps import instructions
from tools.kit.network import READ_SECONDS
from tools.platforms import PLATFORMS

NAME = "testdesk.example.com"
SERVER = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "server").rglob("*.py")))


def parsed(words: list[str]) -> argparse.Namespace:
    """The options, as the command takes them."""
    return parser().parse_args(words)


def has_path(path: str) -> bool:
    return f'"{path}"' in SERVER


@pytest.mark.parametrize("name", commands())
def test_every_command_is_one_that_serves_over_http(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argparse.ArgumentParser, "error", lambda _, message: pytest.fail(message))
    given = parsed(commands()[name])
    assert (given.command, given.http, given.port) == ("serve", True, 8765)
    assert name == "Dockerfile" or given.allow_host == [NAME]
    is_inside = name in {"Dockerfile", "compose.yaml", "deployment.yaml"}
    assert given.host == ("0.0.0.0" if is_inside else "127.0.0.1")


def test_every_variable_is_a_setting() -> None:
    settings = environment()
    names = {name for _, name, _ in variables()}
    assert len(names) >= 6
    for name in names:
        plain = name.removesuffix("_FILE")
        assert f"`{name}`" in settings or f"`{plain}`" in settings, name


def test_no_secret_is_in_any_file() -> None:
    secret = {c.variable for platform in PLATFORMS for c in platform.credentials} | {"TESTDESK_STATE_KEYS"}
    assert not [name for _, name, _ in variables() if name in secret | {"TESTDESK_HTTP_KEY", "POSTGRES_PASSWORD"}]
    kinds = {document["kind"] for file in MANIFESTS for document in documents(file)}
    assert "Secret" not in kinds
    assert not [value for _, name, value in variables() if name == "TESTDESK_STORE" and "://" in value]


def test_every_file_that_a_variable_names_is_put_there() -> None:
    secrets = {f"/run/secrets/{name}" for name in service("testdesk")["secrets"]}
    mounts = {mount["mountPath"] for mount in container()["volumeMounts"]}
    loaded = {credential.partition(":")[0] for file in UNITS for credential in unit(file, "LoadCredential")}
    for where, name, value in variables():
        if not (name.endswith("_FILE") or name == "TESTDESK_PEOPLE"):
            continue
        if where == "compose.yaml":
            mounted = {volume.split(":")[1] for volume in service("testdesk")["volumes"]}
            assert value in secrets or str(Path(value).parent) in mounted, name
        elif where == "deployment.yaml":
            assert str(Path(value).parent) in mounts, name
        elif value.startswith("%d/"):
            assert value.removeprefix("%d/") in loaded, name
        else:
            assert value.startswith("/etc/testdesk/"), name
    defined = documents(COMPOSE)[0]["secrets"]
    used = {name for one in ("testdesk", "postgres") for name in service(one)["secrets"]}
    assert defined.keys() == used


def test_every_probe_asks_a_path_that_the_server_has() -> None:
    probes = {kind: container()[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": HEALTH_PATH,
        "liveness": HEALTH_PATH,
        "readiness": "/readyz",
    }
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert {probe["port"] for probe in probes.values()} <= ports.keys()
    assert ports["http"] == 8765
    assert f"--metrics-port={ports['metrics']}" in container()["args"]
    assert "http://127.0.0.1:8765/readyz" in service("testdesk")["healthcheck"]["test"][-1]
    assert has_path("/readyz")


def test_the_proxies_pass_on_the_paths_of_the_endpoint_and_no_other() -> None:
    nginx, caddy = (file.read_text(encoding="utf-8") for file in PROXIES)
    (pattern,) = re.findall(r"location ~ (\S+) \{", nginx)
    (paths,) = re.findall(r"@testdesk path (.+)", caddy)
    for path in (MCP_PATH, "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"):
        assert re.search(pattern, path)
        assert path in paths.split()
    for path in ("/admin", "/metrics", "/readyz", HEALTH_PATH, "/mcpx", "/mcp/", "/x/mcp"):
        assert not re.search(pattern, path)
        assert path not in paths.split()


def test_nginx_sends_nothing_twice_and_keeps_nothing_back() -> None:
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert re.findall(r"proxy_next_upstream ([^;]+);", text) == ["error"]
    assert "non_idempotent" not in text
    for line in ("proxy_buffering off;", "proxy_http_version 1.1;", "proxy_read_timeout 1h;"):
        assert line in text
    (most,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(most) > 4


def test_a_stop_waits_longer_than_the_longest_write() -> None:
    """preStop, the drain, the longest request of a write, and the last bytes."""
    before = int(container()["lifecycle"]["preStop"]["exec"]["command"][1])
    waits = {
        "deployment.yaml": pod()["terminationGracePeriodSeconds"] - before,
        "compose.yaml": int(service("testdesk")["stop_grace_period"].removesuffix("s")),
        **{file.name: int(unit(UNITS[0], "TimeoutStopSec")[0]) for file in UNITS},
    }
    for name, seconds in waits.items():
        assert seconds > parsed(commands()[name]).drain + READ_SECONDS + LAST_BYTES, name


def test_the_pods_keep_the_restricted_standard() -> None:
    whole, own = pod()["securityContext"], container()["securityContext"]
    assert whole["runAsNonRoot"] is True
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod().keys()
    assert not [port for port in container()["ports"] if "hostPort" in port]
    kinds = {key for volume in pod()["volumes"] for key in volume if key != "name"}
    assert kinds <= {"configMap", "secret", "emptyDir"}
    assert manifest("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_pods_and_compose_run_as_the_user_of_the_image_on_a_file_system_that_is_read_only() -> None:
    image = dict(instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")))["USER"]
    assert f"{pod()['securityContext']['runAsUser']}:{pod()['securityContext']['runAsGroup']}" == image
    assert service("testdesk")["user"] == image
    assert container()["securityContext"]["readOnlyRootFilesystem"] is True
    for one in ("testdesk", "postgres"):
        assert service(one)["read_only"] is True
        assert service(one)["cap_drop"] == ["ALL"]
    assert pod()["automountServiceAccountToken"] is False
    assert manifest("ServiceAccount")["automountServiceAccountToken"] is False


def test_the_database_is_reached_from_testdesk_only() -> None:
    assert "ports" not in service("postgres")
    assert service("postgres")["networks"] == ["database"]
    assert documents(COMPOSE)[0]["networks"]["database"]["internal"] is True
    assert [port.rpartition(":")[0] for port in service("testdesk")["ports"]] == ["127.0.0.1:8765"]


def test_every_selector_finds_the_pods() -> None:
    labels = manifest("Deployment")["spec"]["template"]["metadata"]["labels"]
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert manifest(kind)["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert manifest("Service")["spec"]["selector"].items() <= labels.items()
    assert manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == "testdesk"
    assert manifest("HorizontalPodAutoscaler")["spec"]["minReplicas"] >= 2
    assert "replicas" not in manifest("Deployment")["spec"], "each apply would undo what the autoscaler did"
    assert manifest("NetworkPolicy", "closed")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_store_is_postgresql_wherever_its_address_is_given() -> None:
    """The image and the unit name a file, which is taken before the file with the address."""
    steps = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert "TESTDESK_STORE=/" in " ".join(argument for name, argument in steps if name == "ENV")
    given = {(where, name): value for where, name, value in variables()}
    files = [where for where, name in given if name == "TESTDESK_STORE_FILE"]
    assert files == ["compose.yaml", "deployment.yaml", "workers.conf"]
    assert {given[where, "TESTDESK_STORE"] for where in files} == {""}


def test_the_configuration_is_valid_and_everywhere_the_same() -> None:
    file = DEPLOY / "testdesk.toml"
    assert read_configuration(str(file), PLATFORMS).stated
    assert (DEPLOY / "kubernetes" / "testdesk.toml").read_bytes() == file.read_bytes()
