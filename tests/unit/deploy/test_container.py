"""Dockerfile and compose.yaml. No container is started: what that leaves open is in docs/truth.md."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import __version__
from bot.runtime.shutdown import ACK_DRAIN_SECONDS, CLOSE_SECONDS, GENERATION_DRAIN_SECONDS, REDRAW_DRAIN_SECONDS
from bot.secret_files import AWS_VARIABLES
from bot.settings import Settings
from tests.support.deploy_tools import ROOT, check_with

pytestmark = pytest.mark.heavy

STOP_SECONDS = ACK_DRAIN_SECONDS + CLOSE_SECONDS + GENERATION_DRAIN_SECONDS + REDRAW_DRAIN_SECONDS
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
BOTS = [name for name, service in SERVICES.items() if service["image"].startswith("castroom:")]
SETTINGS = {name.upper() for name in Settings.model_fields} | {"ENV_FILE"}
# obstore reads these itself.
STORE = {"AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP", "AWS_REGION", *AWS_VARIABLES}
FILES = {f"{name.upper()}_FILE" for name in Settings.secret_names()} | {f"{name}_FILE" for name in AWS_VARIABLES}
INTERPRETER = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def copied() -> list[list[str]]:
    """Return sources and target of each COPY from the folder, not from another stage."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [line.split() for line in lines]


@pytest.fixture(scope="module")
def image_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder /app as the second stage copies it."""
    folder = tmp_path_factory.mktemp("app")
    for *sources, target in copied():
        if target.startswith("/"):
            continue
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, folder / target)
    return folder


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_RCFILE") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"ENV_FILE": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    check_with("hadolint", "--failure-threshold", "info", "Dockerfile")


def test_the_compose_file_follows_the_compose_specification() -> None:
    check_with("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_the_copied_files_are_enough_to_start_the_bot(image_folder: Path) -> None:
    version = run_python(image_folder, "-m", "bot", "--version")
    assert version.stdout.startswith(f"Castroom {__version__} (commit "), version.stderr
    assert "socket_mode_enabled: true" in run_python(image_folder, "-m", "bot", "manifest").stdout
    start = run_python(image_folder, "-m", "bot", "run")
    assert "Slack is not configured" in start.stderr
    assert run_python(image_folder, "-c", "import bot.app, bot.cli.doctor").returncode == 0


def test_the_health_check_of_the_image_says_that_no_bot_answers(image_folder: Path) -> None:
    match = re.search(r'HEALTHCHECK .*\\\n\s+CMD \["python", "-m", "([\w.]+)"\]', DOCKERFILE)
    assert match
    answer = run_python(image_folder, "-m", match[1])
    assert answer.returncode == 1
    assert answer.stdout == "OPS_PORT is not set to a port: the health check asks the bot there.\n"


def test_the_build_sees_every_copied_file_and_no_other() -> None:
    admitted = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
    assert admitted == {source for *sources, _ in copied() for source in sources}


def test_the_image_runs_the_python_that_the_project_is_tested_with() -> None:
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"].removeprefix(
        ">="
    )
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {f"python:{lowest}-slim-bookworm"}


def test_the_image_runs_as_a_user_without_rights() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.index("USER 10001") < DOCKERFILE.index("ENTRYPOINT")


def test_every_variable_is_one_that_the_bot_reads() -> None:
    image = set(re.findall(r"^(?:ENV|   ) ([A-Z_]+)=", DOCKERFILE, re.MULTILINE))
    assert image - SETTINGS - INTERPRETER == set()
    assert "DATA_DIR" in image
    for name in BOTS:
        assert SERVICES[name]["environment"].keys() - SETTINGS - STORE - FILES == set()


@pytest.mark.parametrize("name", BOTS)
def test_every_bot_is_locked_in_and_has_time_to_end(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
    assert service["image"] == f"castroom:${{CASTROOM_VERSION:-{__version__}}}"


def test_only_the_bot_on_sqlite_starts_without_a_profile() -> None:
    assert [name for name, service in SERVICES.items() if not service.get("profiles")] == ["castroom"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["castroom"]["ports"])
    names = [SERVICES[name]["environment"].get("EXECUTOR_ID") for name in BOTS if name != "castroom"]
    assert len(set(names)) == len(names) == 2


def test_no_image_has_a_floating_tag() -> None:
    images = {service["image"] for service in SERVICES.values()}
    assert not [image for image in images if ":" not in image or image.endswith(":latest")]


def test_every_secret_of_a_service_is_declared_and_ignored_by_git() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == COMPOSE["secrets"].keys()
    assert all(secret["file"].startswith("./secrets/") for secret in COMPOSE["secrets"].values())
    assert "secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
