"""How plaintext looks before it is encrypted: padded text, the place it is bound to. Pure."""

import json
from collections.abc import Mapping
from typing import TypeAlias, cast

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_decoder = json.JSONDecoder()
"""Asked directly: `json.loads` first looks for spaces, marks and options that `pack` never writes, and `json.dumps`
makes an encoder each time."""

VALUE_STEP = 256
"""Bytes: sealed values are padded to a multiple of this, so that the length of a name does not show."""

BYTES_STEP = 1024
"""Bytes: sealed letters and other big pieces are padded to a multiple of this."""


def bound_to(scope: str, context: str) -> bytes:
    """What a seal is bound to: `scope|context`, so that a blob moved to another row or event does not open.

    Scopes are event ids or "site" and hold no bar, so two different places never make the same bytes.
    """
    if "|" in scope or not scope:
        raise ValueError(f"a scope is a short name without a bar, not {scope!r}")
    return f"{scope}|{context}".encode()


Value = Mapping[str, Json]
"""What a blob holds."""


def pack(value: Mapping[str, Json]) -> bytes:
    """A value as bytes, the same bytes for equal values: JSON with sorted keys, UTF-8."""
    return _encoder.encode(value).encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> dict[str, Json]:
    """The value that `pack` made these bytes of."""
    value, _end = _decoder.raw_decode(data.decode("utf-8", "surrogatepass"))
    return cast(dict[str, Json], value)


def pad(data: bytes, *, step: int) -> bytes:
    """Longer by 1 to `step` bytes, to a multiple of `step` (ISO/IEC 7816-4: 0x80, then zeros)."""
    return data + b"\x80" + bytes(-(len(data) + 1) % step)


def unpad(data: bytes) -> bytes:
    """What `pad` was given. Only for bytes whose seal was found whole."""
    return data.rstrip(b"\x00")[:-1]
