"""Reads Content Credentials, offline."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import structlog

from bot.domain.face import Credentials, CredentialsState
from bot.domain.passport import Verification, VerificationState
from bot.passport import manifest
from bot.passport.native import library_settings, run_in_thread

log = structlog.get_logger()

_STATES = {
    "Trusted": CredentialsState.VALID,
    "Valid": CredentialsState.UNTRUSTED,
    "Invalid": CredentialsState.BROKEN,
}
# Failures that say that the picture is another one, and nothing of the signature.
_CHANGED_CODES = frozenset(
    {"assertion.dataHash.mismatch", "assertion.boxesHash.mismatch", "assertion.bmffHash.mismatch"}
)
_EXPIRED_CODES = frozenset({"signingCredential.expired", "signingCredential.untrusted"})
_ISSUER_LIMIT = 80
# Major brands of AVIF files; HEIC files have the last two as well, but no such file is a portrait.
_AVIF_BRANDS = frozenset({b"avif", b"avis", b"mif1", b"msf1"})

Json = Mapping[str, Any]


class C2paReader:
    """The port `CredentialsReader`. Certificates are PEM, the own root and the anchors for others' signatures."""

    def __init__(self, trust_anchors: str = "", own_root: str = "") -> None:
        self._trust_anchors = trust_anchors
        self._own_root = own_root

    async def read(self, picture: bytes, media_type: str = "") -> Credentials:
        return await run_in_thread(read_credentials, picture, media_type, self._trust_anchors)

    async def verify(self, picture: bytes, media_type: str, sidecar: bytes | None = None) -> Verification:
        return await run_in_thread(verify, picture, media_type, sidecar, self._own_root)


def read_credentials(picture: bytes, media_type: str, trust_anchors: str = "") -> Credentials:
    """Return the state of what is embedded in a picture. It is slow: run it in the library's thread.

    A picture is paid for: an error that nobody expects leaves its credentials unchecked and goes to the log.
    """
    try:
        report = _load(picture, media_type, None, trust_anchors)
    except Exception:
        log.exception("credentials_unreadable", media_type=media_type)
        return Credentials(CredentialsState.UNCHECKED)
    if report is None:
        return Credentials(CredentialsState.NONE)
    state = _STATES.get(report.get("validation_state", ""), CredentialsState.BROKEN)
    if state is CredentialsState.BROKEN and _is_only_expired(_failure_codes(report)):
        state = CredentialsState.UNTRUSTED
    return Credentials(state, _issuer(_active(report)))


def verify(picture: bytes, media_type: str, sidecar: bytes | None, own_root: str) -> Verification:
    """Check a picture against a sidecar, or against what is embedded. It is slow as well."""
    report = _load(picture, media_type, sidecar, own_root)
    if report is None:
        return Verification(VerificationState.NONE)
    active, codes = _active(report), _failure_codes(report)
    by_label = {str(one.get("label", "")): one.get("data", {}) for one in active.get("assertions", ())}
    actions: Sequence[Json] = by_label.get(manifest.ACTIONS, {}).get("actions", ())
    metadata: Json = by_label.get(manifest.METADATA, {})
    return Verification(
        state=_state(report, codes),
        issuer=_issuer(active),
        codes=codes,
        actions=tuple(str(action.get("action")) for action in actions),
        tools=tuple(dict.fromkeys(filter(None, [*map(_tool, actions), _system(metadata)]))),
        source_types=tuple(_source_types(actions, metadata)),
        ingredients=tuple(
            f"{part.get('relationship', '')}: {part.get('title', '')}" for part in active.get("ingredients", ())
        ),
        ai_training=_training(by_label.get(manifest.TRAINING, {})),
        prompt=str(metadata.get("Iptc4xmpExt:AIPromptInformation", "")),
        casting=by_label.get(manifest.CASTING),
    )


def _load(picture: bytes, media_type: str, sidecar: bytes | None, trust_anchors: str) -> Json | None:
    """Return the reader's report, None without a manifest; what cannot be parsed reads as an invalid manifest."""
    import c2pa

    try:
        with c2pa.Context.from_dict(library_settings(trust_anchors)) as context:
            kind = media_type or _media_type_of(picture)
            reader = c2pa.Reader.try_create(kind, BytesIO(picture), sidecar, context=context)
            if reader is None:
                return None
            with reader:
                report: Json = json.loads(reader.json())
                return report
    except c2pa.C2paError as error:
        return {"validation_state": "Invalid", "validation_status": [{"code": f"unreadable: {error}"[:200]}]}


def _media_type_of(picture: bytes) -> str:
    """Return the type of a picture by its first bytes.

    The library can detect it too, but then it compares a sidecar with all bytes, and not with those that an update of
    the picture's own manifest covers.
    """
    if picture[4:8] == b"ftyp" and picture[8:12] in _AVIF_BRANDS:
        return "image/avif"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg" if picture.startswith(b"\xff\xd8") else ""


def _active(report: Json) -> Json:
    found: Json = report.get("manifests", {}).get(report.get("active_manifest", ""), {})
    return found


def _state(report: Json, codes: Sequence[str]) -> VerificationState:
    match report.get("validation_state"):
        case "Trusted":
            return VerificationState.SIGNED_HERE
        case "Valid":
            return VerificationState.SIGNED_BY_STRANGER
    if _is_only_expired(codes):
        return VerificationState.EXPIRED
    return VerificationState.CHANGED if _CHANGED_CODES.intersection(codes) else VerificationState.BROKEN


def _is_only_expired(codes: Sequence[str]) -> bool:
    """Return whether nothing is wrong but the certificate's end; then the reader cannot confirm the signer either."""
    return "signingCredential.expired" in codes and _EXPIRED_CODES.issuperset(codes)


def _failure_codes(report: Json) -> tuple[str, ...]:
    return tuple(sorted({str(status.get("code")) for status in report.get("validation_status", ())}))


def _issuer(active: Json) -> str:
    """Return the name that a certificate claims, on one line: a stranger may have written it."""
    name = str((active.get("signature_info") or {}).get("issuer") or "")
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:_ISSUER_LIMIT]


def _tool(action: Json) -> str:
    agent = action.get("softwareAgent") or ""
    return str(agent.get("name", "")) if isinstance(agent, Mapping) else str(agent)


def _system(metadata: Json) -> str:
    """Return the exact id of the model from the IPTC fields."""
    names = (metadata.get("Iptc4xmpExt:AISystemUsed"), metadata.get("Iptc4xmpExt:AISystemVersionUsed"))
    return ":".join(str(name) for name in names if name)


def _source_types(actions: Sequence[Json], metadata: Json) -> list[str]:
    found = [action.get("digitalSourceType", "") for action in actions]
    found.append(metadata.get("Iptc4xmpExt:DigitalSourceType", ""))
    return sorted({str(each).rpartition("/")[2] for each in found if each})


def _training(data: Json) -> str:
    uses = {str(entry.get("use")) for entry in data.get("entries", {}).values()}
    return uses.pop() if len(uses) == 1 else ", ".join(sorted(uses))
