"""The canonical form of RFC 6376 once more, for the tests: letter by letter from its text, sharing nothing with ours.

The package that could be asked instead has no wheel.
"""

from collections.abc import Iterator

CR, SPACE, TAB = b"\r \t"


def header(field: bytes) -> bytes:
    """One whole header field with its CRLF, relaxed: the five steps of section 3.4.2, in their order."""
    name, _colon, value = field.partition(b":")
    unfolded = bytes(_unfolded(value))
    single = bytes(_single_spaced(unfolded))
    trimmed = _without_end(single)
    return _without_end(name).lower() + b":" + _without_beginning(trimmed) + b"\r\n"


def body(text: bytes) -> bytes:
    """The body, relaxed: section 3.4.4, steps a and b."""
    lines = [_without_end(bytes(_single_spaced(line))) for line in _lines(text)]
    while lines and lines[-1] == b"":
        del lines[-1]
    return b"".join(line + b"\r\n" for line in lines)


def _unfolded(value: bytes) -> Iterator[int]:
    """Without any CRLF."""
    at = 0
    while at < len(value):
        if value[at] == CR and value[at + 1 : at + 2] == b"\n":
            at += 2
        else:
            yield value[at]
            at += 1


def _single_spaced(line: bytes) -> Iterator[int]:
    """Each run of WSP (SP and HTAB, RFC 5234) as one SP."""
    before = None
    for byte in line:
        is_white = byte in (SPACE, TAB)
        if not is_white:
            yield byte
        elif before not in (SPACE, TAB):
            yield SPACE
        before = byte


def _without_end(text: bytes) -> bytes:
    end = len(text)
    while end and text[end - 1] in (SPACE, TAB):
        end -= 1
    return text[:end]


def _without_beginning(text: bytes) -> bytes:
    start = 0
    while start < len(text) and text[start] in (SPACE, TAB):
        start += 1
    return text[start:]


def _lines(text: bytes) -> Iterator[bytes]:
    """The lines without their CRLF; one that has none at the end of the text gets one later."""
    line = bytearray()
    for byte in text:
        line.append(byte)
        if line.endswith(b"\r\n"):
            yield bytes(line[:-2])
            line.clear()
    if line:
        yield bytes(line)
