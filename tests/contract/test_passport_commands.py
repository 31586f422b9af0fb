"""The commands `passport init`, `rotate`, `adopt`, `sign` and `verify`."""

import asyncio
import json
import stat
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from typer.testing import Result

from bot.domain.passport import PassportFacts, PassportKind
from bot.domain.production import AiTraining
from bot.passport import keys
from bot.passport.keys import create_keys, parse_key
from bot.passport.signer import sign
from tests.contract.test_command_line import run_command
from tests.support.casting_harness import LEAD, CastingHarness, casting_harness
from tests.support.passport_keys import STUDIO, signed_by_vendor, vendor_root, with_changed_pixel
from tests.support.scripted_models import make_portrait
from tests.support.time_factor import scaled


def run(data: Path, *arguments: str, **variables: str) -> Result:
    return run_command(data, "passport", *arguments, **variables)


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """A data folder with a key and two locked faces that have no passport."""

    async def lock() -> None:
        async with casting_harness(tmp_path) as harness:
            await harness.run_to_lock()
            await harness.run_to_lock("Ben: her brother")

    asyncio.run(lock())
    assert run(tmp_path, "init", "--name", STUDIO).exit_code == 0
    return tmp_path


def package_of(data: Path, target: Path) -> Path:
    """Sign and download a face as somebody does in Slack; return the folder with the files of its package."""

    async def download(harness: CastingHarness) -> bytes:
        (face,) = [f for f in await harness.storage.roster.faces_of_channel("C1") if f.character == "Maya"]
        return (await harness.casting.face_download.archive(face.round_id, LEAD)).data

    async def open_and_download() -> bytes:
        key = parse_key((data / "passport" / "signer.pem").read_bytes())
        async with casting_harness(data, passport_key=key) as harness:
            return await download(harness)

    target.mkdir()
    archive = target / "Maya-1.zip"
    archive.write_bytes(asyncio.run(open_and_download()))
    with ZipFile(archive) as package:
        package.extractall(target)
    return target / "Maya-1"


def test_init_makes_private_files_and_never_writes_over_them(tmp_path: Path) -> None:
    made = run(tmp_path, "init", "--name", STUDIO)
    assert made.exit_code == 0
    assert f"this studio's own key ({STUDIO})" in made.stdout
    folder = tmp_path / "passport"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name for file in folder.iterdir()} == {"signer.pem", "root.pem"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    before = (folder / "signer.pem").read_bytes()
    again = run(tmp_path, "init")
    assert (again.exit_code, (folder / "signer.pem").read_bytes()) == (2, before)
    assert "never written over" in again.stderr
    assert "PRIVATE" not in made.output + again.output


def test_rotation_keeps_the_root_and_replaces_the_leaf(studio: Path) -> None:
    before = parse_key((studio / "passport" / "signer.pem").read_bytes()).certificate
    assert run(studio, "rotate").exit_code == 0
    after = parse_key((studio / "passport" / "signer.pem").read_bytes()).certificate
    assert after.root_sha256 == before.root_sha256
    assert after.leaf_sha256 != before.leaf_sha256
    assert after.valid_from >= before.valid_from


def test_own_chain_is_taken_and_not_rotated(tmp_path: Path) -> None:
    given = create_keys(tmp_path / "elsewhere", "A real CA")
    (tmp_path / "own.key").write_bytes(given.private_key)
    (tmp_path / "own.pem").write_bytes(given.chain)
    data = tmp_path / "data"
    taken = run(data, "init", "--key", str(tmp_path / "own.key"), "--chain", str(tmp_path / "own.pem"))
    assert taken.exit_code == 0, taken.output
    assert "A real CA" in taken.stdout
    assert parse_key((data / "passport" / "signer.pem").read_bytes()).certificate == given.certificate
    refused = run(data, "rotate")
    assert refused.exit_code == 2
    assert "--replace" in refused.stderr


@pytest.mark.parametrize(
    ("key", "chain", "words"),
    [
        ("leaf", "", "needs both"),
        ("leaf", "root only", "needs a leaf and its root"),
        ("other", "chain", "does not belong to the private key"),
        ("junk", "chain", "no private key"),
    ],
)
def test_chain_that_cannot_sign_is_refused_with_a_sentence(tmp_path: Path, key: str, chain: str, words: str) -> None:
    given, other = create_keys(tmp_path / "a", "One"), create_keys(tmp_path / "b", "Two")
    keys = {"leaf": given.private_key, "other": other.private_key, "junk": b"no key"}
    root = b"-----BEGIN CERTIFICATE-----" + given.chain.rpartition(b"-----BEGIN CERTIFICATE-----")[2]
    chains = {"chain": given.chain, "root only": root}
    (tmp_path / "own.key").write_bytes(keys[key])
    arguments = ["--key", str(tmp_path / "own.key")]
    if chain:
        (tmp_path / "own.pem").write_bytes(chains[chain])
        arguments += ["--chain", str(tmp_path / "own.pem")]
    refused = run(tmp_path / "data", "init", *arguments)
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert not (tmp_path / "data" / "passport").exists()


def test_key_of_a_secret_file_is_not_changed_by_commands(studio: Path) -> None:
    given = {"PASSPORT_KEY_FILE": str(studio / "passport" / "signer.pem")}
    for command in ("init", "rotate"):
        refused = run(studio, command, **given)
        assert refused.exit_code == 2
        assert "PASSPORT_KEY is set" in refused.stderr
    assert run(studio, "sign", **given).exit_code == 0


def test_sign_signs_earlier_locks_once_and_again_on_request(studio: Path) -> None:
    assert "Signed: 2 faces." in run(studio, "sign").stdout
    assert "Signed: 0 faces." in run(studio, "sign", "--again").stdout
    run(studio, "rotate")
    assert "Signed: 0 faces." in run(studio, "sign").stdout
    assert "Signed: 2 faces." in run(studio, "sign", "--again").stdout
    assert "own key from now on" in run(studio, "adopt").stdout


def test_sign_without_a_key_says_how_to_make_one(tmp_path: Path) -> None:
    refused = run(tmp_path, "sign")
    assert refused.exit_code == 2
    assert "passport init" in refused.stderr


def test_verify_says_who_signed_what_and_that_nothing_changed(studio: Path, tmp_path: Path) -> None:
    folder = package_of(studio, tmp_path / "received")
    original = str(folder / "Maya-1-original.png")
    for arguments in ((original,), (original, str(folder / "Maya-1-original.c2pa")), (str(folder) + ".zip",)):
        found = run(studio, "verify", *arguments)
        assert found.exit_code == 0, found.output
        for words in (
            "unchanged, every byte is as it was signed",
            f'this studio\'s own key ("{STUDIO}")',
            "AI training and data mining: not allowed",
            "open, 1 voted, candidate 1 (votes 1: 1",
            "by the role: lead",
            "a new face",
        ):
            assert words in found.stdout
        assert "certified" not in found.stdout
    (as_json,) = json.loads(run(studio, "verify", original, "--json").stdout)
    assert (as_json["state"], as_json["is_unchanged"], as_json["ai_training"]) == ("signed_here", True, "notAllowed")


def test_verify_elsewhere_knows_the_key_by_its_root_only(studio: Path, tmp_path: Path) -> None:
    folder = package_of(studio, tmp_path / "received")
    original, root = str(folder / "Maya-1-original.png"), tmp_path / "root.pem"
    certificates = (folder / "Maya-1-passport-certificates.pem").read_text()
    root.write_text("-----BEGIN CERTIFICATE-----" + certificates.rpartition("-----BEGIN CERTIFICATE-----")[2])
    stranger = run(tmp_path / "elsewhere", "verify", original)
    assert stranger.exit_code == 3
    assert "a key that is not known here" in stranger.stdout
    assert run(tmp_path / "elsewhere", "verify", original, "--root", str(root)).exit_code == 0


@pytest.mark.parametrize(
    ("media_type", "suffix"), [("image/png", "png"), ("image/jpeg", "jpg"), ("image/webp", "webp")]
)
def test_verify_reads_an_update_of_a_vendors_manifest(tmp_path: Path, media_type: str, suffix: str) -> None:
    with Image.open(BytesIO(make_portrait(1))) as image:
        out = BytesIO()
        image.save(out, suffix.replace("jpg", "jpeg"))
    picture = signed_by_vendor(out.getvalue(), media_type)
    facts = PassportFacts(PassportKind.ORIGINAL, "", media_type, "openai:gpt-image-2", "", AiTraining.ALLOWED, {})
    assert run(tmp_path, "init", "--name", STUDIO).exit_code == 0
    key = parse_key((tmp_path / "passport" / "signer.pem").read_bytes())
    (tmp_path / f"face.{suffix}").write_bytes(picture)
    (tmp_path / "face.c2pa").write_bytes(sign(key, facts, picture, None, ""))
    found = run(tmp_path, "verify", str(tmp_path / f"face.{suffix}"))
    assert found.exit_code == 0, found.output
    assert "the vendor's own credentials: intact, signer not trusted here (OpenAI)" in found.stdout


def test_verify_finds_each_changed_file(studio: Path, tmp_path: Path) -> None:
    folder = package_of(studio, tmp_path / "received")
    original, sidecar = folder / "Maya-1-original.png", folder / "Maya-1-original.c2pa"
    bytes_, signature = original.read_bytes(), sidecar.read_bytes()
    original.write_bytes(with_changed_pixel(bytes_))
    changed = run(studio, "verify", str(original))
    assert (changed.exit_code, "CHANGED" in changed.stdout) == (1, True)
    original.write_bytes(bytes_)
    at = signature.index(b"notAllowed")
    sidecar.write_bytes(signature[:at] + b"isAllowed!" + signature[at + 10 :])
    forged = run(studio, "verify", str(original))
    assert forged.exit_code == 1
    assert "not confirmed" in forged.stdout
    sidecar.unlink()
    unsigned = run(studio, "verify", str(original))
    assert (unsigned.exit_code, "no passport beside it" in unsigned.stdout) == (4, True)
    original.write_bytes(b"words")
    assert run(studio, "verify", str(original)).exit_code == 2
    with ZipFile(tmp_path / "stripped.zip", "w") as stripped:
        stripped.writestr("Maya-1/Maya-1-original.png", bytes_)
        stripped.writestr("Maya-1/Maya-1-sheet-profile.png", bytes_)
    assert run(studio, "verify", str(tmp_path / "stripped.zip")).exit_code == 4
    with ZipFile(tmp_path / "with-sheet.zip", "w") as package:
        package.writestr("Maya-1/Maya-1-original.png", bytes_)
        package.writestr("Maya-1/Maya-1-original.c2pa", signature)
        package.writestr("Maya-1/Maya-1-sheet-profile.png", bytes_)
    assert run(studio, "verify", str(tmp_path / "with-sheet.zip")).exit_code == 0
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes((tmp_path / "received" / "Maya-1.zip").read_bytes()[:-3_000] + b"PK\5\6" + bytes(18))
    assert run(studio, "verify", str(damaged)).exit_code == 2


def test_verify_names_a_certificate_that_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = scaled(4)
    monkeypatch.setattr(keys, "LEAF_YEARS", seconds / (365 * 86_400))
    key = create_keys(tmp_path / "passport", STUDIO)
    facts = PassportFacts(PassportKind.ORIGINAL, "", "image/png", "openai:gpt-image-2", "", AiTraining.ALLOWED, {})
    picture = make_portrait(1)
    signature = sign(key, facts, picture, None, "")
    time.sleep(max(0.0, (key.certificate.valid_until - datetime.now(UTC)).total_seconds()) + 1)
    (tmp_path / "face.png").write_bytes(picture)
    (tmp_path / "face.c2pa").write_bytes(signature)
    found = run(tmp_path, "verify", str(tmp_path / "face.png"))
    assert found.exit_code == 3, found.output
    assert "a key whose certificate has ended" in found.stdout
    (tmp_path / "face.png").write_bytes(with_changed_pixel(picture))
    assert run(tmp_path, "verify", str(tmp_path / "face.png")).exit_code == 1
    assert "warning passport: its certificate has ended" in run_command(tmp_path, "doctor").stdout


def test_verify_reads_credentials_inside_a_picture(tmp_path: Path) -> None:
    picture, anchors = tmp_path / "vendor.png", tmp_path / "anchors.pem"
    picture.write_bytes(signed_by_vendor(make_portrait(1)))
    anchors.write_text(vendor_root())
    assert run(tmp_path, "verify", str(picture)).exit_code == 3
    trusted = run(tmp_path, "verify", str(picture), PASSPORT_TRUST_ANCHORS=str(anchors))
    assert (trusted.exit_code, '"OpenAI", valid' in trusted.stdout) == (0, True)
    picture.write_bytes(with_changed_pixel(picture.read_bytes()))
    assert run(tmp_path, "verify", str(picture)).exit_code == 1


@pytest.mark.parametrize("variables", [{"PASSPORT_TRUST_ANCHORS": "/nowhere.pem"}, {"PASSPORT_KEY": "no key"}])
def test_doctor_names_a_key_that_cannot_be_used(tmp_path: Path, variables: dict[str, str]) -> None:
    result = run_command(tmp_path, "doctor", **variables)
    assert "missing passport:" in result.stdout
    assert "the-passports-key-cannot-be-used" in result.stdout


def test_doctor_names_the_key_or_how_to_make_one(studio: Path, tmp_path: Path) -> None:
    assert f"ok      passport: signed by this studio's own key ({STUDIO})" in run_command(studio, "doctor").stdout
    assert "not set passport:" in run_command(tmp_path / "empty", "doctor").stdout
