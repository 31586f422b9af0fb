"""Encrypted backups: the backup's folder as one file that only the operator's key opens.

The folder exists in plain for as long as the copy or the restore takes, in a private temporary folder beside the data.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import Settings
from storage.backup import BackupManifest, back_up, restore
from storage.db.private_files import make_private_folder
from storage.transfer import Report, TransferError
from storage.transfer.encryption import decrypt_folder, encrypt_folder, read_key

ARCHIVE = "backup.castroom"


async def back_up_encrypted(settings: Settings, folder: Path, key_file: Path) -> BackupManifest:
    """Write an encrypted backup to `folder`, which must be empty or new; raises TransferError, StorageUnavailable."""
    key = await asyncio.to_thread(read_key, key_file)
    if await asyncio.to_thread(lambda: folder.exists() and any(folder.iterdir())):
        raise TransferError(f"{folder} is not empty. Name a new folder, so that no older copy is written over.")
    await asyncio.to_thread(make_private_folder, folder)
    await asyncio.to_thread(make_private_folder, settings.data_dir)
    with TemporaryDirectory(dir=settings.data_dir, prefix="backup-") as temporary:
        manifest = await back_up(settings, Path(temporary) / "plain")
        await asyncio.to_thread(encrypt_folder, Path(temporary) / "plain", folder / ARCHIVE, key)
    return manifest


async def restore_encrypted(
    settings: Settings, folder: Path, key_file: Path, report: Report = lambda _: None
) -> BackupManifest:
    """Restore an encrypted backup like a plain one; raises TransferError, AlreadyRunning, StorageUnavailable."""
    key = await asyncio.to_thread(read_key, key_file)
    if not await asyncio.to_thread((folder / ARCHIVE).exists):
        raise TransferError(f"{folder} holds no encrypted backup. Without --key-file, a plain one is restored.")
    await asyncio.to_thread(make_private_folder, settings.data_dir)
    with TemporaryDirectory(dir=settings.data_dir, prefix="restore-") as temporary:
        plain = Path(temporary) / "plain"
        await asyncio.to_thread(decrypt_folder, folder / ARCHIVE, plain, key)
        return await restore(settings, plain, report)


def is_encrypted(folder: Path) -> bool:
    """Return whether a folder holds an encrypted backup."""
    return (folder / ARCHIVE).exists()
