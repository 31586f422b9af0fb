"""The commands of the passport's key: make it, renew it, and sign what lacks a passport."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bot.domain.passport import SignerCertificate
from bot.passport import C2paSigner
from bot.passport.keys import (
    ROOT_FILE,
    SIGNER_FILE,
    KeyProblem,
    SigningKey,
    create_keys,
    import_key,
    load_key,
    parse_key,
    passport_folder,
    read_key_files,
    rotate_key,
)
from bot.passport.signer import check_key
from bot.ports.clock import Now
from bot.settings import Settings
from bot.usecases.passport_signing import PassportSigning
from storage import Storage, open_existing_storage

OWN_KEY = "this studio's own key"


@dataclass(frozen=True)
class _SigningPorts:
    storage: Storage
    passport_signer: C2paSigner
    now: Now


def init_key(settings: Settings, name: str, key_file: Path | None, chain_file: Path | None, *, replace: bool) -> str:
    """Make a key, or store a given one; return what to tell. Raises KeyProblem, OSError."""
    _require_own_folder(settings)
    folder = passport_folder(settings.data_dir)
    if (key_file is None) != (chain_file is None):
        raise KeyProblem("A key of your own needs both --key FILE and --chain FILE, the leaf first and the root last.")
    if key_file and chain_file:
        if reason := check_key(parse_key(read_key_files(key_file, chain_file))):
            raise KeyProblem(f"C2PA refuses to sign with this key: {reason}.")
        made, files = import_key(folder, key_file, chain_file, replace=replace), SIGNER_FILE
    else:
        made, files = create_keys(folder, name), f"{SIGNER_FILE} and {ROOT_FILE}"
    return (
        f"Passports are signed by {OWN_KEY} ({made.certificate.name}) from the next start of the bot on.\n"
        f"{_describe(made.certificate)}\n"
        f"Keep a copy of {folder} ({files}) in a safe place: `backup` and `move` do not copy it.\n"
        f"Several bots: give each one {folder / SIGNER_FILE} as PASSPORT_KEY_FILE.\n"
        "Faces that are locked already: python -m bot passport sign"
    )


def renew_key(settings: Settings) -> str:
    """Replace the leaf; return what to tell. Raises KeyProblem, OSError."""
    _require_own_folder(settings)
    made = rotate_key(passport_folder(settings.data_dir))
    return (
        f"The key was renewed, below the same root.\n{_describe(made.certificate)}\n"
        "Restart the bots, each with the new key. Passports signed before stay valid as long as their certificate; "
        "`python -m bot passport sign --again` signs them again."
    )


async def adopt_key(settings: Settings) -> str:
    """Record this installation's key in the database in place of another one; return what to tell."""
    signing_key = await asyncio.to_thread(_require_key, settings)
    async with open_existing_storage(settings, settings.now) as storage:
        await storage.passports.replace_key(signing_key.certificate, settings.now())
    return f"The bots of this database sign with {OWN_KEY} from now on.\n{_describe(signing_key.certificate)}"


async def sign_faces(settings: Settings, *, again: bool) -> tuple[int, list[str]]:
    """Sign faces without a passport; return how many were signed, and a line for each that failed."""
    signing_key = await asyncio.to_thread(_require_key, settings)
    signed, failures = 0, []
    async with open_existing_storage(settings, settings.now) as storage:
        signing = PassportSigning(_SigningPorts(storage, C2paSigner(signing_key), settings.now))
        async for round_id, error in signing.sign_all(again=again):
            signed += error is None
            if error:
                failures.append(f"{round_id}: {error}")
    return signed, failures


def _describe(certificate: SignerCertificate) -> str:
    return (
        f"Root certificate, SHA-256: {certificate.root_sha256}\n"
        f"The signing certificate ends on {certificate.valid_until:%d %B %Y}."
    )


def _require_own_folder(settings: Settings) -> None:
    if settings.passport_key:
        raise KeyProblem("PASSPORT_KEY is set: change the key where that comes from, or unset it first.")


def _require_key(settings: Settings) -> SigningKey:
    signing_key = load_key(settings.given_passport_key, settings.data_dir)
    if signing_key is None:
        raise KeyProblem("There is no key yet. `python -m bot passport init` makes one.")
    return signing_key
