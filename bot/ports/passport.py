"""Content Credentials, read and signed (`bot/passport`), and which pictures have a passport (`storage`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.face import Credentials
from bot.domain.passport import PassportFacts, SignerCertificate, Verification


class CredentialsReader(Protocol):
    """Reads C2PA manifests without the network, one picture at a time, off the event loop."""

    async def read(self, picture: bytes, media_type: str = "") -> Credentials:
        """Return the state of the credentials in a picture; never raises for what a picture holds.

        Without `media_type` it is found in the bytes.
        """

    async def verify(self, picture: bytes, media_type: str, sidecar: bytes | None = None) -> Verification:
        """Check a picture against a sidecar, or against what is embedded in it."""


class PassportSigner(Protocol):
    """Signs with this installation's own key, one picture at a time, off the event loop."""

    @property
    def certificate(self) -> SignerCertificate | None:
        """Who signs; None while there is no key, and then nothing is signed."""

    @property
    def chain(self) -> bytes:
        """The certificates of the signer as PEM, the root last; empty while there is no key."""

    async def sign(self, facts: PassportFacts, picture: bytes, parent: bytes | None, parent_type: str) -> bytes:
        """Return a sidecar that verifies against the unchanged `picture`; raises PassportUnavailable.

        `parent` is the original that the picture of a finish was made from.
        """


class PassportRepository(Protocol):
    """Which pictures have a passport. The sidecars themselves are beside their pictures."""

    async def add(self, item_id: str, round_id: str, leaf_sha256: str, at: datetime) -> None:
        """Record that the picture of a slot or an upscale has a passport; a later one replaces it."""

    async def list_unsigned(self, since: datetime, limit: int) -> Sequence[str]:
        """Return rounds with a current face, locked since then, that lack a passport of the original or kept finish.

        Faces with a withdrawn consent and reported ones are left out.
        """

    async def list_of_other_keys(self, leaf_sha256: str, limit: int, after: str = "") -> Sequence[str]:
        """Return rounds with a passport of another key, by id, from the one behind `after` on."""

    async def key_of(self, item_id: str) -> str | None:
        """Return the hash of the certificate that signed the picture's passport; None if it has none."""

    async def delete(self, round_ids: Sequence[str]) -> None:
        """Forget the passports of rounds."""

    async def require_same_key(self, certificate: SignerCertificate | None, at: datetime) -> None:
        """Record the key of this installation; raises OtherPassportKey if other bots sign with another one.

        A later certificate below the same root replaces an earlier one: that is a rotation.
        """

    async def replace_key(self, certificate: SignerCertificate, at: datetime) -> None:
        """Record a key without comparing it."""
