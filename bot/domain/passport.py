"""The casting passport: what Castroom signs about a locked face, and what reading a signature gives.

A signed statement cannot be taken back. So it holds no name and no id of a person, channel or workspace, and of a
sealed ballot only that it was sealed and how many people voted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.domain.brief import Reference
from bot.domain.face import Credentials, Face, Portrait
from bot.domain.ids import passport_key
from bot.domain.production import AiTraining, ProductionSettings
from bot.domain.round import Round
from bot.domain.upscale import Upscale, UpscaleMethod

# A mention as Slack writes it, or a bare user id: at least nine capitals and digits with one digit among them.
_MENTION = re.compile(
    r"<@[UW][A-Z0-9]{1,40}(?:\|[^<>|]{0,100})?>|(?<![A-Za-z0-9])[UW](?=[A-Z]{0,40}\d)[A-Z0-9]{8,40}(?![A-Za-z0-9])"
)
_SOMEONE = "someone"


class PassportKind(StrEnum):
    """Which picture of a face a passport belongs to."""

    ORIGINAL = "original"
    FINISH = "finish"


@dataclass(frozen=True)
class SignerCertificate:
    """Who signs: the name in the certificate, hashes of leaf and root (hex), and when the leaf is valid."""

    name: str
    leaf_sha256: str
    root_sha256: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class PassportFacts:
    """What one passport says. `casting` is the content of the assertion `org.castroom.casting`, as JSON.

    `tool` is the exact id of the model or upscaler that made this picture. `prompt` is empty for an upscaler.
    """

    kind: PassportKind
    key: str
    media_type: str
    tool: str
    prompt: str
    ai_training: AiTraining
    casting: Mapping[str, Any]
    is_redraw: bool = False


class PassportStatus(StrEnum):
    """Whether a face has a passport."""

    SIGNED = "signed"
    WAITING = "waiting"  # it is signed soon
    OFF = "off"  # this installation has no key
    NONE = "none"  # the face may not get one: unlocked, or the consent was withdrawn


@dataclass(frozen=True)
class Provenance:
    """What is known of a face's original besides its row: the vendor's credentials in it, and its passport."""

    credentials: Credentials
    passport: PassportStatus


class VerificationState(StrEnum):
    """What a check of a picture against a signature found."""

    SIGNED_HERE = "signed_here"  # by a key that this installation trusts
    SIGNED_BY_STRANGER = "signed_by_stranger"  # unchanged, but the key is not known here
    EXPIRED = "expired"  # unchanged, but the signing certificate has ended, so nothing confirms the signer any more
    CHANGED = "changed"  # the picture is not the one that was signed
    BROKEN = "broken"  # the signature itself is not valid
    NONE = "none"


_UNCHANGED = (VerificationState.SIGNED_HERE, VerificationState.SIGNED_BY_STRANGER, VerificationState.EXPIRED)


@dataclass(frozen=True)
class Verification:
    """The result of a check. `codes` are the reader's failure codes; the rest is what the signature says.

    `issuer` is the name in the certificate, which anybody can choose: only `SIGNED_HERE` confirms it.
    """

    state: VerificationState
    issuer: str = ""
    codes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    ai_training: str = ""
    prompt: str = ""
    casting: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the check as values of JSON."""
        return {
            "state": self.state.value,
            "signed_by": self.issuer or None,
            "signer": "this studio's own key" if self.state is VerificationState.SIGNED_HERE else None,
            "is_unchanged": self.state in _UNCHANGED,
            "codes": list(self.codes),
            "actions": list(self.actions),
            "tools": list(self.tools),
            "digital_source_types": list(self.source_types),
            "ingredients": list(self.ingredients),
            "ai_training": self.ai_training or None,
            "prompt": self.prompt or None,
            "casting": dict(self.casting) if self.casting else None,
        }


def original_facts(face: Face, round_: Round, settings: ProductionSettings, signed_at: datetime) -> PassportFacts:
    """Return what the passport of a face's original says."""
    casting = _casting(face, round_, settings, signed_at) | {"picture": PassportKind.ORIGINAL.value}
    return PassportFacts(
        PassportKind.ORIGINAL,
        passport_key(face.round_id, face.slot_id),
        face.portrait.media_type,
        face.model,
        without_user_ids(face.prompt),
        settings.ai_training,
        casting,
    )


def finish_facts(
    face: Face, upscale: Upscale, round_: Round, settings: ProductionSettings, signed_at: datetime
) -> PassportFacts:
    """Return what the passport of a face's kept finish says."""
    assert upscale.portrait
    casting = _casting(face, round_, settings, signed_at) | {
        "picture": PassportKind.FINISH.value,
        "sha256": upscale.portrait.sha256,
        "prompt_sha256": _hash(upscale.prompt) if upscale.prompt else None,
        "finish": {
            "method": upscale.method.value,
            "model": upscale.model,
            "original_sha256": upscale.original_sha256,
        },
    }
    return PassportFacts(
        PassportKind.FINISH,
        passport_key(face.round_id, upscale.id),
        upscale.portrait.media_type,
        upscale.model,
        without_user_ids(upscale.prompt),
        settings.ai_training,
        casting,
        is_redraw=upscale.method is UpscaleMethod.REDRAW,
    )


def without_user_ids(text: str) -> str:
    """Return a prompt in which every mention of a person is replaced: a team may write one into a brief."""
    return _MENTION.sub(_SOMEONE, text)


def portrait_of(face: Face, upscale: Upscale | None, kind: PassportKind) -> Portrait | None:
    """Return the picture that a passport of this kind belongs to; None if the face has no such picture."""
    if kind is PassportKind.ORIGINAL:
        return face.portrait
    return upscale.portrait if upscale else None


def _casting(face: Face, round_: Round, settings: ProductionSettings, signed_at: datetime) -> dict[str, Any]:
    """Return the assertion about the round; a tally stands in it only for an open ballot."""
    return {
        "round": face.round_id,
        "version": face.version,
        "candidate": face.number,
        "ballot": {
            "kind": "sealed" if round_.is_sealed else "open",
            "run_off": round_.run_off is not None,
            "voters": face.voters,
            "tally": None if round_.is_sealed else {str(n): votes for n, votes in sorted(face.tally.items())},
            "decided_by_lead": face.decided_by_lead,
        },
        "locked_at": face.locked_at.isoformat(timespec="seconds"),
        "locked_by_role": locker_role(face, settings),
        "signed_at": signed_at.isoformat(timespec="seconds"),
        "model": face.model,
        "sha256": face.portrait.sha256,
        "prompt_sha256": _hash(face.prompt),
        "likeness": _likeness(round_.brief.reference),
        "use": face.use or None,
        "content_credentials": face.portrait.credentials or None,
    }


def locker_role(face: Face, settings: ProductionSettings) -> str:
    """Return in which role somebody locked the face: lead, named (in the production's settings) or administrator."""
    if face.locked_by == face.lead:
        return "lead"
    return "named" if face.locked_by in settings.may_lock else "administrator"


def _likeness(reference: Reference | None) -> dict[str, Any]:
    """Return whose likeness it is, without a name, and whether a consent is recorded; None where none is needed."""
    if reference is None:
        return {"of": "new_face", "consent": None}
    source = "photo" if reference.origin_round else "cast_face"
    return {"of": source, "consent": None if reference.consent is None else not reference.is_withdrawn}


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@dataclass(eq=False)
class OtherPassportKey(Exception):
    """Bots that share a database sign with different keys, or one of them with none.

    `expected` is the hash of the certificate that is recorded, `found` that of this process, empty without a key.
    """

    expected: str
    found: str
