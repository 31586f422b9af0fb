"""Content Credentials in the pictures of a practice vendor, as OpenAI embeds them; signed below a practice root.

The root is made when the first picture is drawn and is never stored, so nobody can trust it: the real vendor's
signature reads the same way where its anchor is missing.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_DAYS = 365


def embed(data: bytes, media_type: str, vendor: str, model: str) -> bytes:
    """Return the picture with a manifest that says which model of the vendor generated it; slow."""
    import c2pa

    chain, private_key = _signing_key(vendor)
    action = {"action": "c2pa.created", "digitalSourceType": _GENERATED, "softwareAgent": {"name": model}}
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": vendor}],
        "format": media_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    out = BytesIO()
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, chain, private_key, None)
    with (
        c2pa.Context.from_dict(_SETTINGS) as context,
        c2pa.Builder(manifest, context) as builder,
        c2pa.Signer.from_info(info) as signer,
    ):
        builder.sign(signer, media_type, BytesIO(data), out)
    return out.getvalue()


@cache
def _signing_key(vendor: str) -> tuple[bytes, bytes]:
    """Return the chain and the private key of a vendor, as PEM."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, leaf_name = _name(vendor, "practice root"), _name(vendor, "practice models")
    root = _certificate(root_name, root_name, root_key, root_key, is_root=True)
    leaf = _certificate(leaf_name, root_name, leaf_key, root_key, is_root=False)
    chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, root))
    private_key = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return chain, private_key


def _name(vendor: str, role: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, vendor), x509.NameAttribute(NameOID.COMMON_NAME, role)]
    return x509.Name(attributes)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
