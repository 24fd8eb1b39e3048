"""What a worker does with a list: it reads it, and answers in JSON. It imports as little as it can."""

import json
from typing import Any

from events_app.errors import Invalid
from events_app.foreign.tables import Words, find_heading, listing_of, read_table


def read_here(data: bytes, words: Words, encoding: str, delimiter: str, heading: int | None) -> bytes:
    """The people of a list below its heading (of row `heading`; None finds out) as JSON, also what it refuses."""
    try:
        table = read_table(data, words=words, encoding=encoding, delimiter=delimiter)
        listing = listing_of(table, words, heading=find_heading(table, words) if heading is None else heading)
    except Invalid as refusal:
        said: dict[str, Any] = {"refused": type(refusal).__name__, "values": refusal.values}
    else:
        rows = [(row.number, row.cells) for row in listing.rows]
        said = {
            "headings": listing.headings,
            "rows": rows,
            "heading": listing.heading,
            "hidden": listing.hidden,
            "encoding": table.encoding,
            "delimiters": table.delimiters,
        }
    return json.dumps(said).encode()
