"""The README of a package: what each file is, and how to check the passports, for people without Castroom."""

from collections.abc import Collection

from bot.domain.face import Face
from bot.usecases.face_record import file_name

_FILES = """What is in this folder:

{pictures}
{prompt}  the prompt, word for word
{record_json}, {record_txt}  where the face comes from and who decided, for programs and for people
{sums}  the SHA-256 of each picture; check them with: sha256sum -c {sums}
"""

_SHEET = """
The character sheet: the same person from other sides and with other expressions, each view drawn by an image model from
the original. They are synthetic, as the original is. Nothing measured whether it is the same person; people compared
the views by eye.

{page}  all views on one page, with their names
{record}  which file is which view, which model drew it, what people said, and which files fit which video tool
"""

_PASSPORTS = """
The passports:

{passports}  what this studio signed about each picture (C2PA sidecars)

A passport says which model made the picture from which prompt, how the team voted, when the face was locked, and what
the production allows for AI training. It is signed by this studio's own key, which no authority has checked. It names
no person. The pictures themselves are unchanged: the passport lies beside them.

Check a passport with Castroom:

    python -m bot passport verify {original}

or with c2patool, the open tool of the C2PA project:

    c2patool {original} --external-manifest {passport}

Readers elsewhere do not know the studio's key and say so ("untrusted"). The studio can tell you the SHA-256 of its root
certificate by another way; compare it with the last certificate in {certificates}.
"""

_NO_PASSPORTS = """
There is no passport in this package: the studio has no signing key, or signing failed.
"""


def readme(face: Face, pictures: Collection[str], passports: Collection[str]) -> str:
    """Return the text for the files of a package; `pictures` and `passports` are file names."""
    text = _FILES.format(
        pictures="\n".join(f"{name}  {_describe(name)}" for name in pictures),
        prompt=file_name(face, "prompt", "txt"),
        record_json=file_name(face, "record", "json"),
        record_txt=file_name(face, "record", "txt"),
        sums=file_name(face, "SHA256SUMS"),
    )
    if any(_is_view(name) for name in pictures):
        page, record = (file_name(face, "sheet", extension) for extension in ("jpg", "json"))
        text += _SHEET.format(page=page, record=record)
    sidecars = [name for name in passports if name.endswith(".c2pa")]
    if not sidecars:
        return text + _NO_PASSPORTS
    return text + _PASSPORTS.format(
        passports=", ".join(sidecars),
        certificates=next((name for name in passports if name.endswith(".pem")), "each passport"),
        original=next(iter(pictures)),
        passport=sidecars[0],
    )


def _describe(name: str) -> str:
    if _is_view(name):
        return "a view of the character sheet"
    return "the finish" if "-finish." in name else "the original, byte for byte as the model sent it"


def _is_view(name: str) -> bool:
    return "-sheet-" in name
