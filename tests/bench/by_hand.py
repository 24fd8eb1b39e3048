"""What a person would write by hand for one purpose: sheets from plain rows, a feed, letters that are bytes already."""

import asyncio
import csv
import io
import sqlite3
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib

from tests.bench.acts import Told, entry
from tests.bench.seeding import applicant

COLUMNS = ("name", "address", "status", "mode", "language", "needs", "registered_on")
PAGE = 500


def people(path: Path, count: int) -> Told:
    """Plain rows that hold what ours hold sealed."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE person (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
        made = (applicant(number) for number in range(count))
        rows = ((p.name, p.address, "Confirmed", p.mode, p.language, p.needs, "2026-01-01") for p in made)
        connection.executemany(
            f"INSERT INTO person ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
        connection.commit()
    return {}


def csv_sheet(path: Path) -> Told:
    cpu, begun, size = time.process_time(), time.perf_counter(), 0
    with closing(sqlite3.connect(path)) as connection:
        for page in _pages(connection):
            lines = io.StringIO()
            csv.writer(lines, quoting=csv.QUOTE_ALL).writerows(page)
            size += len(lines.getvalue().encode())
    return {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - begun, "bytes": size}


def xlsx_sheet(path: Path) -> Told:
    """One sheet of inline strings, deflated as it is written."""
    cpu, begun, sink = time.process_time(), time.perf_counter(), io.BytesIO()
    with (
        closing(sqlite3.connect(path)) as connection,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        sheet.write(b"<worksheet><sheetData>")
        for page in _pages(connection):
            sheet.write("".join(map(_xml_row, page)).encode())
        sheet.write(b"</sheetData></worksheet>")
    size = len(sink.getvalue())
    return {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - begun, "bytes": size}


def _xml_row(row: Sequence[str]) -> str:
    texts = (cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for cell in row)
    cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
    return f"<row>{cells}</row>"


def search(path: Path) -> Told:
    cpu = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        found = [
            row for page in _pages(connection) for row in page if "guest77" in f"{row[0]} {row[1]}".casefold()
        ]
    return {"cpu": 1e3 * (time.process_time() - cpu), "found": len(found)}


def _pages(connection: sqlite3.Connection) -> Iterator[list[tuple[str, ...]]]:
    cursor = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM person ORDER BY id")
    while page := cursor.fetchmany(PAGE):
        yield page


def feed(events: int) -> Told:
    """The same events as `acts.fed`, by f-string, escape and fold; no cleaning, no look at the zones."""
    given = [entry(number) for number in range(events)]
    cpu = time.process_time()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//by hand//EN", "METHOD:PUBLISH"]
    for each in given:
        lines += [
            "BEGIN:VEVENT",
            f"SUMMARY;LANGUAGE={each.language}:{_escaped(each.summary)}",
            f"DTSTART;TZID=Europe/Brussels:{each.starts:%Y%m%dT%H%M%S}",
            f"DTEND;TZID=Europe/Brussels:{each.ends:%Y%m%dT%H%M%S}",
            f"DTSTAMP:{_utc(each.stamp)}",
            f"UID:{each.uid}",
            f"SEQUENCE:{each.sequence}",
            "CLASS:PUBLIC",
            f"CREATED:{_utc(each.created)}",
            f"DESCRIPTION;LANGUAGE={each.language}:{_escaped(each.description)}",
            f"LAST-MODIFIED:{_utc(each.changed)}",
            f"LOCATION;LANGUAGE={each.language}:{_escaped(each.location)}",
            f'ORGANIZER;CN="{each.organizer_name}":mailto:{each.organizer_address}',
            f"STATUS:{each.status}",
            "TRANSP:TRANSPARENT",
            f"URL:{each.url}",
            "END:VEVENT",
        ]
    content = "\r\n".join([*map(_folded, lines), "END:VCALENDAR", ""]).encode()
    return {"cpu": time.process_time() - cpu, "bytes": len(content)}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> str:
    """In rows of at most 75 octets (RFC 5545 3.1), no character parted."""
    if line.isascii() and len(line) <= 75:
        return line
    octets, rows, start, width = line.encode(), [], 0, 75
    while len(octets) - start > width:
        end = start + width
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        rows.append(octets[start:end])
        start, width = end, 74
    return b"\r\n ".join((*rows, octets[start:])).decode()


async def letters(port: int, count: int, connections: int, size: int) -> Told:
    """The same bytes again and again over kept connections."""
    message = b"Subject: prepared\r\n\r\n" + (b"x" * 74 + b"\r\n") * (size // 76)
    numbers = iter(range(count))

    async def line() -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for number in numbers:
                await smtp.sendmail("events@example.org", [f"guest{number}@example.org"], message)

    cpu, begun = time.process_time(), time.perf_counter()
    await asyncio.gather(*(line() for _ in range(connections)))
    return {"rate": count / (time.perf_counter() - begun), "cpu": (time.process_time() - cpu) / count}
