"""The base64 stream parser: large pictures come out as bytes, everything else stays unchanged."""

import json
from base64 import b64encode
from random import Random

import pytest

from providers.http.json_body import Base64StreamParser

PICTURE = Random(1).randbytes(300_001)
BASE64 = b64encode(PICTURE).decode()


def parse(content: bytes, step: int) -> Base64StreamParser:
    body = Base64StreamParser()
    for at in range(0, len(content), step):
        body.feed(content[at : at + step])
    body.finish()
    return body


@pytest.mark.parametrize("step", [1_000, 4_097, 65_536, 1_000_000])
def test_large_picture_is_decoded_and_replaced_by_a_placeholder(step: int) -> None:
    content = json.dumps({"a": 'say "hi" \\', "data": [{"b64_json": BASE64}, {"b64_json": BASE64}], "z": 1}).encode()
    body = parse(content, step)
    assert [*body.pictures.values()] == [PICTURE, PICTURE]
    parsed = json.loads(body.text)
    assert (parsed["a"], parsed["z"]) == ('say "hi" \\', 1)
    assert [b64encode(placeholder).decode() for placeholder in body.pictures] == [
        row["b64_json"] for row in parsed["data"]
    ]
    assert len(body.text) < 200
    assert body.length == len(content)


@pytest.mark.parametrize(
    "text",
    [
        "short",
        "words " * 20_000,
        BASE64[:200_000] + "*" + BASE64[200_001:],
        BASE64[:-3],
        BASE64[:200_000] + "=" + BASE64[200_001:],
        BASE64 + BASE64,
        BASE64[:200_000].replace("/", "\\/"),
        "data:image/png;base64," + BASE64,
    ],
    ids=["short", "words", "foreign sign", "cut", "padding inside", "padding before more", "escapes", "data uri"],
)
@pytest.mark.parametrize("step", [4_097, 65_536])
def test_other_strings_are_unchanged(text: str, step: int) -> None:
    content = b'{"b64_json": "' + text.encode() + b'", "z": 1}'
    body = parse(content, step)
    assert body.pictures == {}
    assert body.text == content


@pytest.mark.parametrize("content", [b'{"b64_json": "' + BASE64[:200_002].encode(), b'<html>"', b'"\\', b""])
def test_truncated_body_is_unchanged(content: bytes) -> None:
    body = parse(content, 65_536)
    assert body.text == content
