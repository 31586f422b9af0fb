"""The release archive: what it contains, that it is reproducible, and that it starts."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from bot import __version__
from tests.support.deploy_tools import ROOT, check_with

NAME = f"castroom-{__version__}"
# Names that must not leave the machine: history, settings, secrets, data, environments.
PRIVATE = re.compile(
    r"(^|/)(\.git|\.env|secrets|dist|\.castroom|\.venv|\.tools|__pycache__)(/|$)|\.sqlite|\.pem$|\.key$"
)


def git(*arguments: str, folder: Path = ROOT) -> str:
    return subprocess.run(
        [str(shutil.which("git")), *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a checkout, or no git"),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout's commit, with an untracked settings file as operators have it."""
    folder = tmp_path_factory.mktemp("clone") / "castroom"
    git("clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    git("checkout", "--quiet", "--detach", git("rev-parse", "HEAD"), folder=folder)
    (folder / ".env").write_text("OPENAI_API_KEY=sk-secret\n", "utf-8")
    return folder


def release(checkout: Path, folder: Path) -> Path:
    """Make the release in the folder; the SBOM is a small one here."""
    sbom = folder / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    sbom.write_text('{"bomFormat": "CycloneDX"}\n', "utf-8")
    subprocess.run(
        [str(checkout / "deploy" / "release.sh"), str(folder / "dist"), str(sbom)],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    return folder / "dist" / f"{NAME}.tar.gz"


def test_the_archive_holds_the_committed_files_and_the_sbom(checkout: Path, tmp_path: Path) -> None:
    with tarfile.open(release(checkout, tmp_path)) as archive:
        files = {member.name.removeprefix(f"{NAME}/") for member in archive if member.isfile()}
    assert files == {*git("ls-tree", "-r", "--name-only", "HEAD").splitlines(), f"{NAME}.cdx.json"}
    assert {"requirements/run.lock", "requirements/dev.lock", "compose.yaml"} <= files
    assert [name for name in files if PRIVATE.search(name)] == []


def test_the_unpacked_archive_names_its_version_and_commit(checkout: Path, tmp_path: Path) -> None:
    with tarfile.open(release(checkout, tmp_path)) as archive:
        archive.extractall(tmp_path, filter="data")
    printed = subprocess.run(
        [sys.executable, "-m", "bot", "--version"],
        cwd=tmp_path / NAME, capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    ).stdout  # fmt: skip
    assert printed == f"Castroom {__version__} (commit {git('rev-parse', 'HEAD')[:12]})\n"


def test_the_same_commit_gives_the_same_bytes_and_its_checksums(checkout: Path, tmp_path: Path) -> None:
    first, second = release(checkout, tmp_path / "one"), release(checkout, tmp_path / "two")
    assert first.read_bytes() == second.read_bytes()
    lines = (first.parent / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert sums.keys() == {first.name, f"{NAME}.cdx.json"}
    for name, digest in sums.items():
        assert hashlib.sha256((first.parent / name).read_bytes()).hexdigest() == digest


def test_uncommitted_changes_are_refused(checkout: Path, tmp_path: Path) -> None:
    readme = checkout / "README.md"
    before = readme.read_bytes()
    readme.write_bytes(before + b"changed\n")
    try:
        with pytest.raises(subprocess.CalledProcessError) as caught:
            release(checkout, tmp_path)
    finally:
        readme.write_bytes(before)
    assert b"commit them first" in caught.value.stderr


def test_shellcheck_finds_nothing_in_the_release_script() -> None:
    check_with("shellcheck", "deploy/release.sh")


def test_the_sbom_lists_the_installed_packages_with_their_licences(tmp_path: Path) -> None:
    path = tmp_path / "sbom.json"
    check_with(
        "cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON",
        "-o", str(path), sys.executable,
    )  # fmt: skip
    sbom = json.loads(path.read_text("utf-8"))
    components = {component["name"].lower().replace("_", "-"): component for component in sbom["components"]}
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["version"]) == ("CycloneDX", __version__)
    for name in ("slack-bolt", "httpx", "dbos"):
        assert components[name]["licenses"]
        assert components[name]["version"]
    assert str(ROOT) not in path.read_text("utf-8")
