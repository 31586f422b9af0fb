"""What we depend on, audited as far as it goes without the internet: pinned with hashes, licensed, for a reason."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("run.lock", "dev.lock", "tools.lock")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
_PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")
_PERMISSIVE = re.compile(
    r"mit|mit-0|mit-cmu|0bsd|bsd(-[23]-clause)?|bsd license|apache(-2\.0| software license)|isc|isc license \(iscl\)"
    r"|psf-2\.0|python software foundation license|zlib|cc0-1\.0|mit license|dfsg approved"
)
# What a package without a word about it in its metadata has in its licence file.
_TEXTS = (
    "permission is hereby granted, free of charge",
    "apache license",
    "redistribution and use in source and binary",
)
# Not permissive, and yet no burden: see CONTRIBUTING.md.
KNOWN = {
    "psycopg": "lgpl", "psycopg-binary": "lgpl", "certifi": "mpl", "hypothesis": "mpl", "pathspec": "mpl",
    "pyvips-binary": "lgpl",
}  # fmt: skip
ONLY_FOR_DEVELOPMENT = {"hypothesis", "pathspec", "pyvips-binary"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def entries(lock: str) -> Iterator[str]:
    """Each requirement with everything that belongs to it."""
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


def direct() -> set[str]:
    """The names that pyproject.toml asks for, and those it asks for to develop."""
    asked = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    return {canonical(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in asked}


def installed(names: Mapping[str, str]) -> Iterator[Distribution]:
    """Those of them that this system and Python need."""
    for name in names:
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def licences(package: Distribution) -> list[str]:
    """What the package says it is under, as short names in small letters; of a choice it is enough to like one."""

    def first(field: str) -> str:
        return next(iter(package.metadata.get_all(field) or ()), "")

    told = first("License-Expression")
    if not told:
        listed = [c for c in package.metadata.get_all("Classifier") or () if c.startswith("License ::")]
        told = " AND ".join(c.rsplit(" :: ", 1)[-1] for c in listed) or first("License")
    if told and len(told) < 200:
        return [part.strip(" ()") if "(" not in part else part.strip() for part in re.split(r" and ", told.lower())]
    texts = [str(file.locate()) for file in package.files or () if "licen" in file.name.lower()]
    said = " ".join(Path(text).read_text("utf-8", "replace") for text in texts).lower()
    return ["mit" if any(text in said for text in _TEXTS) else "nothing that we know"]


def permissive(licence: str) -> bool:
    return any(_PERMISSIVE.fullmatch(choice.strip()) for choice in licence.split(" or "))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_with_hashes(lock: str) -> None:
    for entry in entries(lock):
        assert _PINNED.match(entry), entry
        assert re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_no_path_and_no_other_source(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    assert not re.search(r"https?:|file:|git\+|@ |--index|--find-links|--trusted|\s-[ief]\s", text)


def test_what_runs_is_what_was_tested() -> None:
    run, dev = pinned("run.lock"), pinned("dev.lock")
    assert run.items() <= dev.items()


def test_every_direct_dependency_is_locked_and_has_its_reason_in_the_contributors_page() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Dependencies")[2].lower()
    named = {canonical(word) for word in re.findall(r"[a-z0-9][a-z0-9._-]*[a-z0-9]", page)}
    assert direct() <= pinned("dev.lock").keys()
    assert direct() - named == set()
    assert KNOWN.keys() - {"psycopg-binary"} <= named


def test_everything_installed_has_a_licence_that_fits_ours() -> None:
    seen = list(installed(pinned("dev.lock")))
    assert len(seen) > 40
    odd = {}
    for package in seen:
        name, told = canonical(package.metadata["Name"]), licences(package)
        short = {"lgpl": "lesser general public|lgpl", "mpl": "mozilla public|mpl"}.get(KNOWN.get(name, ""))
        if not all(permissive(each) or (short and re.search(short, each)) for each in told):
            odd[name] = told
    assert odd == {}


def test_what_is_for_development_alone_does_not_run() -> None:
    assert ONLY_FOR_DEVELOPMENT & pinned("run.lock").keys() == set()


@pytest.mark.parametrize(
    "licence", ["gpl-3.0-only", "agpl-3.0", "lgpl-3.0-only", "mpl-2.0", "proprietary", "nothing that we know"]
)
def test_a_licence_that_binds_is_not_permissive(licence: str) -> None:
    assert not permissive(licence)
    assert permissive(f"{licence} or mit")
