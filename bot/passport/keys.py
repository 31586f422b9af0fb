"""The studio's own key: made here, or given. Files are private; `signer.pem` is replaced as a whole.

`signer.pem` has the private key of the leaf, its certificate and the rest of the chain, the root last. `root.pem` has
the root with its key; only `rotate` needs it. The setting PASSPORT_KEY has the content of a `signer.pem`.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.domain.passport import SignerCertificate

SIGNER_FILE, ROOT_FILE = "signer.pem", "root.pem"
ROOT_YEARS, LEAF_YEARS = 20, 5
_CLOCK_MARGIN = timedelta(minutes=5)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class KeyProblem(Exception):
    """A key or chain that cannot be used; the text is a sentence for the operator."""


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A key with its chain as PEM, the leaf first, and the name of its algorithm in C2PA."""

    algorithm: str
    private_key: bytes
    chain: bytes
    certificate: SignerCertificate


def passport_folder(data_dir: Path) -> Path:
    return data_dir / "passport"


def load_key(given: str, data_dir: Path) -> SigningKey | None:
    """Return the key of PASSPORT_KEY, else that of the data folder; None without one. Raises KeyProblem, OSError."""
    if given:
        return parse_key(given.encode())
    file = passport_folder(data_dir) / SIGNER_FILE
    return parse_key(file.read_bytes()) if file.exists() else None


def parse_key(pem: bytes) -> SigningKey:
    """Read a private key and its chain, the leaf first and the root last; raises KeyProblem."""
    try:
        private_key = serialization.load_pem_private_key(pem, None)
        chain = x509.load_pem_x509_certificates(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyProblem("This is no private key with certificates in PEM, or the key has a passphrase.") from error
    if len(chain) < 2:
        raise KeyProblem("A certificate that signs itself is refused by C2PA: the chain needs a leaf and its root.")
    leaf, root = chain[0], chain[-1]
    if leaf.public_key() != private_key.public_key():
        raise KeyProblem("The first certificate does not belong to the private key.")
    return SigningKey(
        _algorithm_of(private_key),
        _private_pem(private_key),
        b"".join(map(_public_pem, chain)),
        SignerCertificate(
            _name_of(leaf),
            leaf.fingerprint(hashes.SHA256()).hex(),
            root.fingerprint(hashes.SHA256()).hex(),
            leaf.not_valid_before_utc,
            leaf.not_valid_after_utc,
        ),
    )


def create_keys(folder: Path, name: str) -> SigningKey:
    """Make a root and a leaf below it; raises KeyProblem if there are keys already."""
    _require_none(folder)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _root_certificate(root_key, name)
    _write(folder / ROOT_FILE, _private_pem(root_key) + _public_pem(root))
    return _write_leaf(folder, root_key, root, name)


def import_key(folder: Path, key_file: Path, chain_file: Path, *, replace: bool) -> SigningKey:
    """Store a given key with its chain; raises KeyProblem, OSError. Call `C2paSigner.check` first."""
    if not replace:
        _require_none(folder)
    pem = read_key_files(key_file, chain_file)
    signing_key = parse_key(pem)
    _write(folder / SIGNER_FILE, pem)
    return signing_key


def read_key_files(key_file: Path, chain_file: Path) -> bytes:
    return key_file.read_bytes() + b"\n" + chain_file.read_bytes()


def rotate_key(folder: Path) -> SigningKey:
    """Replace the leaf by a new one below the same root; raises KeyProblem without that root."""
    file = folder / ROOT_FILE
    if not file.exists():
        raise KeyProblem(
            f"There is no root at {file}. A chain of your own is replaced by "
            "`passport init --key FILE --chain FILE --replace`."
        )
    pem = file.read_bytes()
    root_key = serialization.load_pem_private_key(pem, None)
    if not isinstance(root_key, ec.EllipticCurvePrivateKey):
        raise KeyProblem(f"{file} was not made by `passport init`.")
    root = x509.load_pem_x509_certificate(pem)
    return _write_leaf(folder, root_key, root, _name_of(root))


def _write_leaf(folder: Path, root_key: ec.EllipticCurvePrivateKey, root: x509.Certificate, name: str) -> SigningKey:
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf_certificate(leaf_key, root_key, root, name)
    pem = _private_pem(leaf_key) + _public_pem(leaf) + _public_pem(root)
    _write(folder / SIGNER_FILE, pem)
    return parse_key(pem)


def _root_certificate(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    subject = _subject(name, "root of this studio's passports")
    usage = _key_usage(signs_certificates=True)
    builder = _certificate(subject, subject, key.public_key(), ROOT_YEARS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())


def _leaf_certificate(
    key: ec.EllipticCurvePrivateKey, root_key: ec.EllipticCurvePrivateKey, root: x509.Certificate, name: str
) -> x509.Certificate:
    """Sign a leaf. C2PA readers accept emailProtection by default, and no certificate without such a purpose."""
    builder = _certificate(_subject(name, "this studio's own key"), root.subject, key.public_key(), LEAF_YEARS)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(issuer_id, critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _certificate(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, years: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_MARGIN)
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _subject(name: str, role: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), x509.NameAttribute(NameOID.COMMON_NAME, role)]
    return x509.Name(attributes)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name_of(certificate: x509.Certificate) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := certificate.subject.get_attributes_for_oid(kind):
            return str(found[0].value)
    return ""


def _algorithm_of(key: object) -> str:
    """Return C2PA's name of the algorithm of a key; raises KeyProblem."""
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise KeyProblem("C2PA takes keys of P-256, P-384, P-521, Ed25519 and RSA.")


def _private_pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _require_none(folder: Path) -> None:
    for name in (SIGNER_FILE, ROOT_FILE):
        if (folder / name).exists():
            raise KeyProblem(f"{folder / name} exists, and a key is never written over. `passport rotate` renews it.")


def _write(file: Path, data: bytes) -> None:
    """Write a private file under another name, then give it its name."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    unfinished = file.with_name(f"{file.name}.{uuid4().hex[:8]}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
