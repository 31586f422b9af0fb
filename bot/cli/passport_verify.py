"""`passport verify`: says who signed, what was promised, and whether a byte changed. Reads files only."""

import asyncio
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from bot.domain.face import Credentials, CredentialsState
from bot.domain.passport import PassportKind, Verification, VerificationState
from bot.passport import C2paReader, open_passport
from bot.settings import Settings

OWN_KEY = "this studio's own key"
SIDECAR = ".c2pa"
_SIGNED_KINDS = tuple(f"-{kind.value}" for kind in PassportKind)
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".avif")
_NO_PICTURE = "unreadable: NotSupported"
# Pictures of a package are read into memory; the largest that Castroom stores has 60 MB.
_MAX_BYTES = 100_000_000
_EXIT_STATUS = {
    VerificationState.SIGNED_HERE: 0,
    VerificationState.CHANGED: 1,
    VerificationState.BROKEN: 1,
    VerificationState.SIGNED_BY_STRANGER: 3,
    VerificationState.EXPIRED: 3,
    VerificationState.NONE: 4,
}
# From the worst, for several pictures.
_BY_SEVERITY = (1, 4, 3, 0)


class UncheckableFile(Exception):
    """A file that cannot be checked; the text says why."""


@dataclass(frozen=True)
class CheckedPicture:
    """A picture with the sidecar that it was checked against, empty for credentials inside it, and what was found."""

    name: str
    sidecar: str
    found: Verification
    embedded: Credentials

    @property
    def exit_status(self) -> int:
        if not self.sidecar and self.embedded.state is CredentialsState.VALID:
            return 0
        return _EXIT_STATUS[self.found.state]

    def to_json(self) -> dict[str, Any]:
        return {"picture": self.name, "sidecar": self.sidecar or None} | self.found.to_json()


async def check_files(settings: Settings, file: Path, sidecar: Path | None, root: Path | None) -> list[CheckedPicture]:
    """Check a picture with its sidecar, or every picture of a package; raises UncheckableFile, KeyProblem, OSError.

    `root` is a file with the root certificate that counts as known, in place of this installation's own.
    """
    reader, _ = await open_passport(settings.given_passport_key, settings.data_dir, settings.passport_trust_anchors)
    if root:
        anchors = settings.passport_trust_anchors
        reader = C2paReader(
            await asyncio.to_thread(anchors.read_text, "utf-8") if anchors else "",
            await asyncio.to_thread(root.read_text, "utf-8"),
        )
    pictures = await asyncio.to_thread(lambda: list(_load(file, sidecar)))
    return [await _check(reader, name, picture, signature) for name, picture, signature in pictures]


def exit_status(checked: Sequence[CheckedPicture]) -> int:
    """Return the worst status: 1 changed or broken, 4 without a passport, 3 unknown signer, 0 signed here."""
    found = {picture.exit_status for picture in checked}
    return next(status for status in _BY_SEVERITY if status in found)


def describe(checked: CheckedPicture) -> Iterator[str]:
    """Say in words who signed, what was promised, and whether a byte changed."""
    found = checked.found
    yield f"{checked.name}, checked against {checked.sidecar or 'the credentials inside it'}"
    yield f"  picture:    {_PICTURE[found.state]}"
    if found.state is VerificationState.NONE:
        return
    yield f"  signed by:  {_signer(checked)}"
    if found.actions or found.tools:
        made_by = ("; ".join(part) for part in (found.actions, found.tools, found.source_types))
        yield f"  made by:    {', '.join(filter(None, made_by))}"
    if found.ingredients:
        yield f"  made from:  {'; '.join(found.ingredients)}"
    yield f"  AI training and data mining: {_TRAINING.get(found.ai_training, 'nothing is said')}"
    yield from _casting_lines(found.casting or {})
    if checked.sidecar and checked.embedded.state is not CredentialsState.NONE:
        yield f"  the vendor's own credentials: {_EMBEDDED[checked.embedded.state]} ({checked.embedded.issuer})"
    if found.codes:
        yield f"  the reader's codes: {', '.join(found.codes)}"


def as_json(checked: Sequence[CheckedPicture]) -> str:
    return json.dumps([picture.to_json() for picture in checked], ensure_ascii=False)


_PICTURE = {
    VerificationState.SIGNED_HERE: "unchanged, every byte is as it was signed",
    VerificationState.SIGNED_BY_STRANGER: "unchanged, every byte is as it was signed",
    VerificationState.EXPIRED: "unchanged, every byte is as it was signed",
    VerificationState.CHANGED: "CHANGED: it is not the picture that was signed",
    VerificationState.BROKEN: "UNKNOWN: the signature is not valid, so it says nothing about the picture",
    VerificationState.NONE: "no passport beside it and no credentials inside it",
}
_TRAINING = {"notAllowed": "not allowed", "allowed": "allowed"}
_EMBEDDED = {
    CredentialsState.VALID: "valid",
    CredentialsState.UNTRUSTED: "intact, signer not trusted here",
    CredentialsState.BROKEN: "broken",
    CredentialsState.UNCHECKED: "not checked",
}
_CONSENT = {"True": ", with a recorded consent", "False": ", consent withdrawn"}
_LIKENESS = {"new_face": "a new face", "photo": "after a photo", "cast_face": "after a face that was cast"}


def _signer(checked: CheckedPicture) -> str:
    found = checked.found
    name = f'"{found.issuer}"' if found.issuer else "no name"
    match found.state:
        case VerificationState.SIGNED_HERE:
            return f"{OWN_KEY} ({name})"
        case VerificationState.EXPIRED:
            return f"a key whose certificate has ended, in the name of {name}; nothing confirms it any more"
        case VerificationState.SIGNED_BY_STRANGER if checked.sidecar:
            return f"a key that is not known here, in the name of {name}; anybody can use a name"
        case VerificationState.SIGNED_BY_STRANGER:
            return f"{name}, {_EMBEDDED[checked.embedded.state]}"
    return f"not confirmed; the certificate says {name}"


def _casting_lines(casting: Mapping[str, Any]) -> Iterator[str]:
    """Describe the assertion about the round; a stranger may have written it, so any part may be missing."""
    if not casting:
        return
    ballot, likeness = _part(casting, "ballot"), _part(casting, "likeness")
    votes = ", ".join(f"{number}: {count}" for number, count in _part(ballot, "tally").items())
    yield f"  cast in:    round {casting.get('round')}, version {casting.get('version')}"
    yield (
        f"  ballot:     {ballot.get('kind')}, {ballot.get('voters')} voted, candidate {casting.get('candidate')}"
        f"{f' (votes {votes})' if votes else ''}{', decided by the lead' if ballot.get('decided_by_lead') else ''}"
    )
    yield f"  locked:     {casting.get('locked_at')}, by the role: {casting.get('locked_by_role')}"
    consent = _CONSENT.get(str(likeness.get("consent")), "")
    yield f"  likeness:   {_LIKENESS.get(str(likeness.get('of')), 'not said')}{consent}"
    yield f"  usage:      {casting.get('use') or 'not specified'}"


def _part(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}


async def _check(reader: C2paReader, name: str, picture: bytes, signature: tuple[str, bytes | None]) -> CheckedPicture:
    sidecar_name, sidecar = signature
    found = await reader.verify(picture, "", sidecar)
    if any(code.startswith(_NO_PICTURE) for code in found.codes):
        raise UncheckableFile(f"{name} is no picture that can be checked.")
    return CheckedPicture(name, sidecar_name, found, await reader.read(picture, ""))


def _load(file: Path, sidecar: Path | None) -> Iterator[tuple[str, bytes, tuple[str, bytes | None]]]:
    """Yield name, bytes and signature of one picture, or of every picture of a ZIP."""
    if sidecar is None and is_zipfile(file):
        yield from _load_package(file)
        return
    if sidecar is None and (beside := file.with_suffix(SIDECAR)).exists() and beside != file:
        sidecar = beside
    signature = (sidecar.name, sidecar.read_bytes()) if sidecar else ("", None)
    yield file.name, file.read_bytes(), signature


def _needs_passport(name: str, names: Container[str]) -> bool:
    """Return whether a file of a package is checked: originals, finishes, and whatever has a sidecar beside it.

    The views of a character sheet have no passport.
    """
    stem, _, ending = name.rpartition(".")
    is_picture = f".{ending.lower()}" in PICTURES
    return is_picture and (stem.endswith(_SIGNED_KINDS) or f"{stem}{SIDECAR}" in names)


def _load_package(file: Path) -> Iterator[tuple[str, bytes, tuple[str, bytes | None]]]:
    try:
        with ZipFile(file) as package:
            sizes = {info.filename: info.file_size for info in package.infolist()}
            pictures = [name for name in sizes if _needs_passport(name, sizes)]
            if not pictures:
                raise UncheckableFile(f"{file} holds no original and no finish.")
            for name in pictures:
                beside = f"{name.rpartition('.')[0]}{SIDECAR}"
                if max(sizes[name], sizes.get(beside, 0)) > _MAX_BYTES:
                    raise UncheckableFile(f"{name} in {file} is larger than {_MAX_BYTES} bytes.")
                signature = (Path(beside).name, package.read(beside)) if beside in sizes else ("", None)
                yield Path(name).name, package.read(name), signature
    except (BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UncheckableFile(f"{file} is a damaged or encrypted ZIP.") from error
