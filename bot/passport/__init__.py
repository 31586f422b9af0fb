"""Content Credentials: reads and signs C2PA manifests. The only importer of c2pa.

The library is loaded when it is first used: it takes 0.2 s and 3 MB. It works in one thread of its own, one picture at
a time, so that the event loop waits for nothing. The keys' library is loaded only where there is a key.
"""

import asyncio
from pathlib import Path

from bot.passport.native import root_of
from bot.passport.reader import C2paReader
from bot.passport.signer import C2paSigner

__all__ = ["C2paReader", "C2paSigner", "open_passport"]


async def open_passport(given_key: str, data_dir: Path, trust_anchors: Path | None) -> tuple[C2paReader, C2paSigner]:
    """Return what reads credentials and what signs passports, by the key that is given or in the data folder.

    `trust_anchors` is a file of certificates that confirm others' signatures. Raises KeyProblem, OSError.
    """
    return await asyncio.to_thread(_open, given_key, data_dir, trust_anchors)


def _open(given_key: str, data_dir: Path, trust_anchors: Path | None) -> tuple[C2paReader, C2paSigner]:
    anchors = trust_anchors.read_text("utf-8") if trust_anchors else ""
    signer = C2paSigner(None)
    if given_key or (data_dir / "passport").exists():
        from bot.passport.keys import load_key

        signer = C2paSigner(load_key(given_key, data_dir))
    return C2paReader(anchors, root_of(signer.chain)), signer
