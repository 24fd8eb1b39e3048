"""Lists as the tests read them: here, or as the house does, in a worker."""

import asyncio
from dataclasses import replace

from events_app.foreign import tables
from events_app.foreign.apart import LIMITS, ReadList
from events_app.foreign.reading import read_here
from events_app.foreign.tables import Listing, Table
from events_app.imports.tables import known_headings, read_list
from events_app.offload import pool


def read_table(data: bytes, *, encoding: str = "", delimiter: str = "") -> Table:
    """In this process: only what nobody made to hurt."""
    return tables.read_table(data, words=known_headings(), encoding=encoding, delimiter=delimiter)


def find_heading(table: Table) -> int:
    return tables.find_heading(table, known_headings())


def listing_of(table: Table, *, heading: int) -> Listing:
    return tables.listing_of(table, known_headings(), heading=heading)


def role_of(heading: str) -> str:
    return tables.role_of(heading, known_headings())


def read_apart(data: bytes) -> ReadList:
    """As the house does."""
    return asyncio.run(read_list(data))


def read_by_one_worker(data: bytes) -> bytes:
    """By a worker with the same limits that is kept for the next one: sixty new ones take a minute."""
    words, limits = dict(known_headings()), replace(LIMITS, foreign=False)
    return asyncio.run(pool.run(read_here, data, words, "", "", None, limits=limits))
