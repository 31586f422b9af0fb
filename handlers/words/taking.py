"""What is said when somebody takes a face on."""

from bot.taking import Parcel
from handlers.words.text import quiet, size


def contents(parcel: Parcel) -> str:
    """What is in the ZIP, beside it."""
    finish = f", its finish ({size(parcel.finish.portrait)})" if parcel.finish and parcel.finish.portrait else ""
    return (
        f"*{quiet(parcel.face.character)}* to take on: the original ({size(parcel.face.portrait)}){finish}, "
        "the prompt, the record, and the SHA-256 of each picture. The ZIP is in the thread."
    )


def sent(parcel: Parcel) -> str:
    megabytes = len(parcel.data) / 1_000_000
    return f"{quiet(parcel.face.character)} is in your messages with me, as one ZIP of {megabytes:.1f} MB."
