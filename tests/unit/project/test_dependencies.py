"""Dependencies are pinned with hashes, have accepted licences and a documented reason. Runs offline."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("run.lock", "tracing.lock", "dev.lock", "tools.lock", "deploy.lock")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")
_PERMISSIVE = re.compile(
    r"mit|mit-0|mit-cmu|0bsd|bsd(-[23]-clause)?|(3-clause )?bsd license|apache(-2\.0| software license)|isc"
    r"|isc license \(iscl\)|psf-2\.0|python software foundation license|zlib|cc0-1\.0|cnri-python"
    r"|mit license|dfsg approved"
)
# Licences of packages whose metadata has none, from their licence files.
_LICENCE_PHRASES = (
    "permission is hereby granted, free of charge",
    "apache license",
    "redistribution and use in source and binary",
)
# Not permissive but accepted: see CONTRIBUTING.md.
KNOWN_EXCEPTIONS = {
    "psycopg": "lgpl", "psycopg-binary": "lgpl", "certifi": "mpl", "hypothesis": "mpl", "pathspec": "mpl",
    "pyvips-binary": "lgpl",
}  # fmt: skip
DEV_ONLY = {"hypothesis", "pathspec", "pyvips-binary"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> Iterator[str]:
    """Return each requirement with its hashes."""
    text = re.sub(r"^\s*#.*$", "", (ROOT / "requirements" / lock).read_text("utf-8"), flags=re.MULTILINE)
    entry = ""
    for line in text.splitlines():
        if line[:1].strip() and entry:
            yield entry
            entry = ""
        entry += f"{line}\n"
    yield entry


def pinned(lock: str) -> dict[str, str]:
    found = [_PINNED.match(entry) for entry in entries(lock)]
    return {canonical(match[1]): match[2] for match in found if match}


def direct_dependencies() -> set[str]:
    """Return the runtime and development dependencies of pyproject.toml."""
    optional = [
        requirement for group in PYPROJECT["project"]["optional-dependencies"].values() for requirement in group
    ]
    requirements = [*PYPROJECT["project"]["dependencies"], *optional, *PYPROJECT["dependency-groups"]["dev"]]
    return {canonical(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in requirements}


def installed(names: Mapping[str, str]) -> Iterator[Distribution]:
    """Return those required on this system and Python version."""
    for name in names:
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def licences(package: Distribution) -> list[str]:
    """Return the licences of a package as lowercase short names; of alternatives, one accepted licence suffices."""

    def first(field: str) -> str:
        return next(iter(package.metadata.get_all(field) or ()), "")

    expression = first("License-Expression")
    if not expression:
        listed = [c for c in package.metadata.get_all("Classifier") or () if c.startswith("License ::")]
        expression = " AND ".join(c.rsplit(" :: ", 1)[-1] for c in listed) or first("License")
    if expression and len(expression) < 200:
        return [
            part.strip(" ()") if "(" not in part else part.strip() for part in re.split(r" and ", expression.lower())
        ]
    texts = [str(file.locate()) for file in package.files or () if "licen" in file.name.lower()]
    file_text = " ".join(Path(text).read_text("utf-8", "replace") for text in texts).lower()
    return ["mit" if any(text in file_text for text in _LICENCE_PHRASES) else "nothing that we know"]


def is_permissive(licence: str) -> bool:
    return any(_PERMISSIVE.fullmatch(choice.strip()) for choice in licence.split(" or "))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    for entry in entries(lock):
        assert _PINNED.match(entry), entry
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_contains_no_url_path_or_other_index(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    assert not re.search(r"https?:|file:|git\+|@ |--index|--find-links|--trusted|\s-[ief]\s", text)


def test_run_lock_is_a_subset_of_dev_lock() -> None:
    run, dev = pinned("run.lock"), pinned("dev.lock")
    assert run.items() <= dev.items()


def test_direct_dependencies_are_locked_and_explained_in_contributing() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Dependencies")[2].lower()
    named = {canonical(word) for word in re.findall(r"[a-z0-9][a-z0-9._-]*[a-z0-9]", page)}
    assert direct_dependencies() <= pinned("dev.lock").keys()
    assert direct_dependencies() - named == set()
    assert KNOWN_EXCEPTIONS.keys() - {"psycopg-binary"} <= named


def test_installed_packages_have_compatible_licences() -> None:
    packages = list(installed(pinned("dev.lock")))
    assert len(packages) > 40
    incompatible = {}
    for package in packages:
        name, found = canonical(package.metadata["Name"]), licences(package)
        exception_pattern = {"lgpl": "lesser general public|lgpl", "mpl": "mozilla public|mpl"}.get(
            KNOWN_EXCEPTIONS.get(name, "")
        )
        if not all(
            is_permissive(licence) or (exception_pattern and re.search(exception_pattern, licence)) for licence in found
        ):
            incompatible[name] = found
    assert incompatible == {}


def test_dev_only_packages_are_not_in_the_run_lock() -> None:
    assert DEV_ONLY & pinned("run.lock").keys() == set()


@pytest.mark.parametrize(
    "licence", ["gpl-3.0-only", "agpl-3.0", "lgpl-3.0-only", "mpl-2.0", "proprietary", "nothing that we know"]
)
def test_copyleft_and_unknown_licences_are_not_permissive(licence: str) -> None:
    assert not is_permissive(licence)
    assert is_permissive(f"{licence} or mit")
