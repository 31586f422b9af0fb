"""Signs passports as sidecars. The picture's bytes are never changed.

Which intent C2PA needs, tried with c2pa-python 0.38.1 (c2pa-rs 0.91.3):

picture                         intent   hashed as      what else was tried
original without a manifest     CREATE   its type       UPDATE is refused
original with an intact one     UPDATE   its type       CREATE and EDIT verify only a copy without the manifest
original with a broken one      CREATE   opaque bytes   UPDATE gives an invalid sidecar
finish without a manifest       EDIT     its type
finish with a manifest          EDIT     opaque bytes   UPDATE refuses every ingredient but its own parent

Hashed as opaque bytes, the whole file counts, its manifest included.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Any

import structlog

from bot.domain.errors import PassportUnavailable
from bot.domain.face import CredentialsState
from bot.domain.passport import PassportFacts, PassportKind, SignerCertificate, VerificationState
from bot.domain.production import AiTraining
from bot.passport import manifest
from bot.passport.native import library_settings, root_of, run_in_thread
from bot.passport.reader import read_credentials, verify

if TYPE_CHECKING:
    from bot.passport.keys import SigningKey

log = structlog.get_logger()

_OPAQUE = "application/octet-stream"


class C2paSigner:
    """The port `PassportSigner` with a key in memory; without one it signs nothing."""

    def __init__(self, signing_key: "SigningKey | None") -> None:
        self._key = signing_key

    @property
    def certificate(self) -> SignerCertificate | None:
        return self._key.certificate if self._key else None

    @property
    def chain(self) -> bytes:
        return self._key.chain if self._key else b""

    async def sign(
        self, facts: PassportFacts, picture: bytes, parent: bytes | None = None, parent_type: str = ""
    ) -> bytes:
        if self._key is None:
            raise PassportUnavailable("off")
        return await run_in_thread(sign, self._key, facts, picture, parent, parent_type)


def check_key(signing_key: "SigningKey") -> str:
    """Sign something; return the library's reason if it refuses the key or the chain, else an empty text."""
    facts = PassportFacts(PassportKind.ORIGINAL, "", _OPAQUE, "check", "", AiTraining.NOT_STATED, {})
    try:
        sign(signing_key, facts, b"a check of the key", None, "")
    except PassportUnavailable as error:
        return str(error.__cause__ or "its signature is not valid")
    return ""


def sign(
    signing_key: "SigningKey", facts: PassportFacts, picture: bytes, parent: bytes | None, parent_type: str
) -> bytes:
    """Return the sidecar of a picture; raises PassportUnavailable. It is slow: run it in the library's thread."""
    import c2pa

    found = read_credentials(picture, facts.media_type).state
    updates = facts.kind is PassportKind.ORIGINAL and found in (CredentialsState.VALID, CredentialsState.UNTRUSTED)
    hashed_as = facts.media_type if updates or found is CredentialsState.NONE else _OPAQUE
    try:
        with (
            c2pa.Context.from_dict(library_settings(root_of(signing_key.chain))) as context,
            c2pa.Builder(manifest.definition(facts, updates=updates), context) as builder,
            _library_signer(signing_key) as library_signer,
        ):
            _set_intent(builder, facts.kind, updates=updates)
            builder.set_no_embed()
            if parent is not None:
                builder.add_ingredient(manifest.parent_ingredient(), parent_type, BytesIO(parent))
            if facts.prompt and not updates:
                builder.add_ingredient(manifest.prompt_ingredient(), "text/plain", BytesIO(facts.prompt.encode()))
            sidecar = bytes(builder.sign(library_signer, hashed_as, BytesIO(picture), _Sink()))
    except c2pa.C2paError as error:
        log.warning("passport_signing_failed", key=facts.key, reason=str(error))
        raise PassportUnavailable("failed") from error
    checked = verify(picture, facts.media_type, sidecar, root_of(signing_key.chain))
    if checked.state is not VerificationState.SIGNED_HERE:
        log.error("passport_invalid", key=facts.key, codes=checked.codes)
        raise PassportUnavailable("failed")
    return sidecar


class _Sink:
    """A stream that drops what is written: the library writes a copy of the picture, which nobody needs.

    A BytesIO would grow to the picture's size, and hold the interpreter for up to 20 ms whenever it is moved.
    """

    def __init__(self) -> None:
        self._position = 0

    def write(self, data: bytes) -> int:
        self._position += len(data)
        return len(data)

    def read(self, _: int = -1) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (self._position if whence else 0)
        return self._position

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        """Do nothing: there is no buffer."""


def _set_intent(builder: Any, kind: PassportKind, *, updates: bool) -> None:
    from c2pa import C2paBuilderIntent, C2paDigitalSourceType

    if updates:
        builder.set_intent(C2paBuilderIntent.UPDATE)
    elif kind is PassportKind.ORIGINAL:
        builder.set_intent(C2paBuilderIntent.CREATE, C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA)
    else:
        builder.set_intent(C2paBuilderIntent.EDIT)


def _library_signer(signing_key: "SigningKey") -> Any:
    """Return a signer without a timestamp authority, which would need the network."""
    import c2pa

    info = c2pa.C2paSignerInfo(signing_key.algorithm, signing_key.chain, signing_key.private_key, None)
    return c2pa.Signer.from_info(info)
