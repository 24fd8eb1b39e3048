"""What must be found again of a filled installation: read by version 0006's own code, for expected.json."""

import html
import io
import lzma
import re
import tarfile
from pathlib import Path
from typing import Any

import httpx2

from tests.databases import run_sql
from tests.way_up.installation import BASE, MOMENT, Started, started, unpacked
from tests.way_up.reading import (
    STARTS,
    addresses_on,
    answers,
    calendars,
    counts_of,
    letters_that_leave,
    people,
    people_listed,
    rows_of,
    sign_in,
    states_of_letters,
)


def packed(files: dict[str, bytes]) -> bytes:
    """Those files as a .tar.xz without anybody's name, and the same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o600, int(MOMENT.timestamp())
            archive.addfile(member, io.BytesIO(content))
    return lzma.compress(out.getvalue(), preset=9 | lzma.PRESET_EXTREME)


async def what_is_expected(folder: Path, url: str, secrets: dict[str, Any]) -> dict[str, Any]:
    """Unpacks, starts, reads; what is found is what must be found again."""
    installation = await unpacked(folder, url)
    tables = await run_sql(
        url, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    names = sorted(str(name) for (name,) in tables if not str(name).startswith("migration_"))
    expected: dict[str, Any] = {"secrets": secrets, "counts": await counts_of(installation, names)}
    expected["rows"] = await rows_of(installation)
    async with started(installation) as house:
        await sign_in(house.desk)
        expected |= await pages_of(house, expected)
    expected["leaves"] = [await letters_that_leave(installation, at) for at in STARTS]
    expected["letters afterwards"] = await states_of_letters(installation)
    return expected


async def pages_of(house: Started, expected: dict[str, Any]) -> dict[str, Any]:
    """What every address answers. Which addresses there are is found by following links, and by what rows name."""
    secrets, rows = expected["secrets"], expected["rows"]
    events = [row[0] for row in rows["event"].values()]
    public = await crawled(house.visitor, ["/", *(f"/events/{slug}" for slug in events)], within="/")
    public |= set(public_links(rows, secrets))
    desk = await crawled(house.desk, ["/desk"], within="/desk") | set(links_of_the_desk(rows, secrets))
    pictures = {f"/events/{slug}/card.png" for slug in set(events) - set(PICTURED)}
    pages = await answers(house.visitor, sorted(public - pictures))
    feeds = [path for path, said in pages.items() if said.startswith("200 text/calendar")]
    own = {f"/registrations/{token}.ics" for token in secrets["own"].values()}
    return {
        "pages": {path: said for path, said in pages.items() if path not in own},
        "calendars": await calendars(house.visitor, feeds),
        "people": await people(house.visitor, secrets["own"]),
        "desk": await answers(house.desk, sorted(path for path in desk if is_telling(path, rows["event"]))),
        "lists": {event: await people_listed(house.desk, event) for event in rows["event"]},
        "letters": await addresses_on(house.desk, rows["letter"]),
    }


PICTURED = ("research-launch", "arabic-only", "called-off", "invited", "past", "draft")
TELLING = (
    "research-launch",
    "small-roundtable",
    "asked",
    "moved",
    "invited",
    "evening-online",
    "hall",
    "past",
    "bare",
)
ALWAYS = ("", "/registrations", "/letters", "/registrations.csv", "/import", "/invitations")


def is_telling(path: str, events: dict[str, Any]) -> bool:
    """Whether a page of the desk is looked at in every run: most tabs of an event only for some events."""
    if re.fullmatch(r"/desk/letters/[0-9a-f-]{36}", path):
        return False  # each of them is read anyway
    found = re.fullmatch(r"/desk/events/([0-9a-f-]{36})((?:/[a-z.]+)*)", path)
    return not found or found[2] in ALWAYS or events[found[1]][0] in TELLING


def public_links(rows: dict[str, Any], secrets: dict[str, Any]) -> list[str]:
    """What people find in letters and calendars, and where their browsers are."""
    events = [row[0] for row in rows["event"].values()]
    online = [
        secrets["own"][key]
        for key, row in rows["registration"].items()
        if "online" in row and key in secrets["own"]
    ]
    return [
        "/healthz", "/events.atom", f"/desk/welcome/{secrets['welcome']}", secrets["receipt"], secrets["link asked"],
        secrets["new address of amal"], secrets["new address of basil"], f"/my/{secrets['feed']}",
        f"/my/{secrets['feed']}.ics", "/desk/sign-in",
        *(f"/conferences/{row[0]}{end}" for row in rows["conference"].values() for end in
          ("", ".ics", ".atom", "/schedule.json", "/schedule.xml")),
        *(f"/organizations/{row[0]}/{end}" for row in rows["organization"].values() for end in ("logo", "colours.css")),
        *(f"/events/{slug}{end}" for slug in events for end in (".ics", "/card.png", "/register", "/mine")),
        *(f"/events/{code['event']}/register?code={code['code']}" for code in secrets["codes"].values()),
        *(f"/registrations/{token}{end}" for token in secrets["own"].values() for end in ("", ".ics")),
        *(f"/registrations/{token}/join" for token in online),
    ]  # fmt: skip


def links_of_the_desk(rows: dict[str, Any], secrets: dict[str, Any]) -> list[str]:
    """What a list leads to only page by page."""
    events = [f"/desk/events/{key}" for key in rows["event"]]
    return [
        *(f"{event}/{tab}" for event in events for tab in
          ("registrations", "letters", "questions", "invitations", "write", "import", "changes", "reminders",
           "duplicates", "export", "edit", "programme", "preview", "registrations.csv", "registrations.xlsx")),
        *(f"/desk/events/{row[0]}/registrations/{key}" for key, row in rows["registration"].items()),
        *(f"/desk/events/{row[0]}/write/{key}" for key, row in rows["mailing"].items()),
        *(f"/desk/events/{row[0]}/imports/{key}" for key, row in rows["import_batch"].items()),
        secrets["draft"],
    ]  # fmt: skip


async def crawled(client: httpx2.AsyncClient, begin: list[str], *, within: str) -> set[str]:
    """The addresses below `within` that can be reached by links from these pages, each without what is asked of it."""
    seen, waiting = set(begin), list(begin)
    while waiting:
        page = await client.get(waiting.pop())
        if "text/html" not in page.headers.get("content-type", ""):
            continue
        for link in re.findall(r'(?:href|src|content)="([^"#]+)', page.text):
            path = html.unescape(link).removeprefix(BASE).partition("?")[0]
            is_ours = path.startswith(within) and not path.startswith(("/static", "//"))
            if is_ours and path not in seen and (within != "/" or not path.startswith("/desk")):
                seen.add(path)
                waiting.append(path)
    return seen
