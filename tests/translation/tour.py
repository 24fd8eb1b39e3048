"""A walk through the whole house in Arabic: every page, and the states that change what a page says."""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from starlette.routing import Route

from events_app.accounts import actions as account_actions
from events_app.acts import Office
from events_app.clock import now as clock_now
from events_app.events.actions import editing, life
from events_app.events.models.event import Event
from events_app.mail.models import Letter
from events_app.registrations.models import Registration
from events_app.registrations.posting import reveal_person
from events_app.vault import Reader
from tests import make

FACTS: Mapping[str, Any] = {
    "title": {"ar": "طاولة مستديرة"},
    "summary": {"ar": "جلسة عمل."},
    "description": {"ar": "نصف الوقت **للحضور**."},
    "place": {"ar": "المكتبة، بروكسل"},
    "interpretation": {"ar": "ترجمة فورية"},
    "accessibility": {"ar": "مدخل بلا أدراج"},
    "consent": {"ar": "أوافق على ذلك."},
    "track": {"ar": "العدالة"},
    "offers_online": True,
    "capacity_in_person": 2,
}
NAMES = ("نور", "ليلى", "هدى", "سمر", "رنا")
POST = {"title_en": "", "title_ar": "طاولة", "place_en": "", "place_ar": "المكتبة"}


@dataclass
class Tour:
    """Goes about the house and keeps what it saw: (address, page)."""

    house: make.House
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def look(self, client: httpx2.AsyncClient, *paths: str) -> None:
        for path in paths:
            self._keep(await client.get(path))

    async def send(self, client: httpx2.AsyncClient, path: str, **fields: Any) -> httpx2.Response:
        """Post, and look at the page that comes of it."""
        answer = await client.post(path, data=fields)
        self._keep(answer)
        if answer.status_code == 303:
            self._keep(await client.get(answer.headers["location"]))
        return answer

    async def wander(self, client: httpx2.AsyncClient, *, most: int = 2) -> None:
        """Follow the links of every page seen, to each kind of page `most` times."""
        been = Counter(self._kind(place.partition(" ")[2]) for place, _page in self.seen)
        waiting = [page for _place, page in self.seen]
        while waiting:
            for link in re.findall(r'href="(/[^"#]*)"', waiting.pop()):
                kind = self._kind(link.partition("?")[0])
                been[kind] += 1
                if kind and been[kind] <= most and not link.startswith("/static"):
                    self._keep(answer := await client.get(html.unescape(link)))
                    waiting.append(answer.text)

    async def press(self, client: httpx2.AsyncClient) -> None:
        """Post one form of each kind, with what is hidden in it and nothing else; what ends something comes last."""
        forms: dict[str, tuple[str, str]] = {}
        for _place, page in self.seen:
            for action, inside in re.findall(r'method="post" action="([^"]+)"(.*?)</form>', page, re.DOTALL):
                forms.setdefault(self._kind(action), (action, inside))
        forms = {kind: form for kind, form in forms.items() if kind.startswith("/desk/events/")}
        for kind in sorted(forms, key=lambda kind: bool(re.search("erasure|deletion|cancel", kind))):
            action, inside = forms[kind]
            hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
            await self.send(client, action, **dict(hidden))

    def _kind(self, path: str) -> str:
        """The address of the route that answers there."""
        routes = [route for route in self.house.app.routes if isinstance(route, Route)]
        return next((route.path for route in routes if route.path_regex.match(path)), "")

    async def fill(self, client: httpx2.AsyncClient, path: str, **fields: Any) -> None:
        """Post the form of a page as a browser does, with what is hidden or chosen in it."""
        page = (await client.get(path)).text
        await self.send(client, path, **{**chosen_on(page), **fields})

    def _keep(self, answer: httpx2.Response) -> None:
        assert answer.status_code != 500, answer.request.url
        if "text/html" in answer.headers.get("content-type", ""):
            self.seen.append((f"{answer.request.method} {answer.request.url.path}", answer.text))


def chosen_on(page: str) -> dict[str, str]:
    """What a browser would send of the page's forms if nobody touched them: hidden fields, selects, radio buttons."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<input type="radio"[^>]*name="([^"]+)" value="([^"]*)" checked', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r'<option selected value="([^"]*)"', options)
        found[name] = (chosen or re.findall(r'value="([^"]*)"', options) or [""])[0]
    return found


async def whole_house(house: make.House) -> Tour:
    tour = Tour(house)
    visitor = await house.client(**{"accept-language": "ar"})
    desk = await house.desk(**{"accept-language": "ar"})
    await _empty_house(tour, visitor, desk)
    events = await _make_events(house)
    await _public_pages(tour, visitor, events)
    await _registering(tour, visitor, events)
    await _own_pages(tour, visitor, events)
    await _making_things(tour, desk)
    await _asking(tour, visitor, desk, events["closed"])
    await _inviting(tour, desk, events["invited"])
    await _desk_of_an_event(tour, desk, events)
    await _many_people(tour, desk, events["company"])
    await _bringing_a_list(tour, desk, f"/desk/events/{events['company'].id}")
    await tour.wander(desk.client)
    await tour.press(desk.client)
    await tour.wander(desk.client, most=4)
    await _refusals(tour, visitor)
    return tour


async def _empty_house(tour: Tour, visitor: httpx2.AsyncClient, desk: make.Desk) -> None:
    await tour.look(visitor, "/", "/desk/sign-in")
    await tour.send(visitor, "/desk/sign-in", address="", passphrase="")
    await tour.send(visitor, "/desk/sign-in", address="nour@example.org", passphrase="wrong words here")
    token = await account_actions.invite(tour.house.vault, "rima@example.org", now=clock_now())
    await tour.look(visitor, f"/desk/welcome/{token}", "/desk/welcome/none")
    await tour.send(visitor, f"/desk/welcome/{token}", name="", address="", passphrase="")
    said = {"name": "ريما", "address": "rima@example.org"}
    for passphrase in ("short", "aaaaaaaaaaaaaa", "password1234", "x" * 300):
        await tour.send(visitor, f"/desk/welcome/{token}", **said, passphrase=passphrase)
    await tour.look(desk.client, "/desk", "/desk/organizations", "/desk/conferences", "/desk/venues")
    await tour.look(desk.client, "/desk/events", "/desk/events?q=zz", "/desk/settings", "/desk/people")
    await tour.send(desk.client, "/desk/events/new", form_token=desk.form_token)


async def _make_events(house: make.House) -> dict[str, Event]:
    """One event in each state of its opening, and one without a waiting list."""
    vault, now = house.vault, make.NOW
    ours = await make.organization("أرشيف الأرز", slug="cedar")
    beside = await make.conference(name={"ar": "منتدى بروكسل"}, about={"ar": "نبذة"}, edition="2035")
    facts = {**FACTS, "conference_id": beside.id}
    asking: tuple[dict[str, Any], ...] = (
        {"slug": "approval", "needs_approval": True},
        {"slug": "confirming", "confirms_address": True},
        {"slug": "invited", "invitation_only": True, "visibility": "unlisted"},
        {"slug": "company", "most_guests": 2, "shows_places": "few"},
        {"slug": "offering", "offers_places": True, "shows_places": "hidden"},
    )
    past: dict[str, Any] = {"starts_wall": "2020-05-12T13:00", "ends_wall": "2020-05-12T14:30"}
    return {
        "open": await make.event(vault, slug="open", **facts),
        "full": await make.event(
            vault, slug="full", **{**facts, "capacity_in_person": 0, "keeps_waitlist": False}
        ),
        "not_yet": await make.event(
            vault, slug="not-yet", **facts, opens_at=datetime(2035, 5, 1, tzinfo=UTC)
        ),
        "closed": await make.event(vault, slug="closed", **facts, closes_at=datetime(2020, 5, 1, tzinfo=UTC)),
        **{said["slug"]: await make.event(vault, **{**facts, **said}) for said in asking},
        "past": await make.event(vault, slug="past", **facts, **past),
        "cancelled": await life.cancel_event(
            (await make.event(vault, slug="cancelled", **facts)).id,
            follow=editing.nobody_follows,
            act=Office(vault, make.site()).at(now),
        ),
        "draft": await make.draft(vault, hosts=[ours], slug="draft", **facts),
        "bare": await make.draft(
            vault, slug="bare", **{**FACTS, "title": {"en": "", "ar": "طاولة"}, "place": {}}
        ),
    }


async def _public_pages(tour: Tour, visitor: httpx2.AsyncClient, events: Mapping[str, Event]) -> None:
    await tour.look(visitor, "/", "/conferences/forum")
    for event in events.values():
        await tour.look(visitor, f"/events/{event.slug}", f"/events/{event.slug}/register")


async def _registering(tour: Tour, visitor: httpx2.AsyncClient, events: Mapping[str, Event]) -> None:
    form = f"/events/{events['open'].slug}/register"
    await tour.send(visitor, form)
    await tour.send(visitor, form, name="ن" * 200, address="nobody", mode="by post", language="??")
    for slug in ("approval", "confirming", "invited", "company"):
        typed = {"name": "نور", "address": "nour@example.org", "mode": "in_person", "language": "ar"}
        await tour.fill(visitor, f"/events/{slug}/register", **typed, consent="y")
    for name, address in zip(NAMES, ("nour", "layla", "huda", "samar", "rana"), strict=True):
        typed = {"name": name, "address": f"{address}@example.org", "mode": "in_person", "language": "ar"}
        await tour.fill(visitor, form, **typed, consent="y")
    await tour.look(visitor, form)
    typed = {
        "name": "نور",
        "address": "nour@example.org",
        "language": "ar",
        "consent": "y",
        "mode": "in_person",
    }
    await tour.fill(visitor, f"/events/{events['full'].slug}/register", **typed)
    mine = f"/events/{events['open'].slug}/mine"
    await tour.look(visitor, mine)
    await tour.send(visitor, mine, address="")
    await tour.send(visitor, mine, address="nour@example.org")
    await tour.send(visitor, f"/events/{events['open'].slug}/own/none")
    await tour.look(visitor, f"/events/{events['open'].slug}/letters/none")
    await tour.send(visitor, f"/events/{events['open'].slug}/letters/none")
    await tour.look(visitor, f"/events/{events['open'].slug}/own/none")


async def _own_pages(tour: Tour, visitor: httpx2.AsyncClient, events: Mapping[str, Event]) -> None:
    """Each status there is, and every button that stands on such a page."""
    row = await make.row_of(events["open"], "nour@example.org", office=tour.house.office)
    confirmed = await _page_of(tour, events["open"], "nour")
    waiting = await _page_of(tour, events["open"], "samar")
    others = [await _page_of(tour, events[name], "nour") for name in ("approval", "confirming", "company")]
    await tour.look(visitor, confirmed, waiting, *others, "/registrations/none")
    for page in others:
        await _press_everything(tour, visitor, page)
    await _press_everything(tour, visitor, waiting)
    await _press_everything(tour, visitor, confirmed)
    await tour.look(visitor, f"/registrations/{row.id.hex}/address/none", f"{confirmed}/join")


async def _page_of(tour: Tour, event: Event, local: str) -> str:
    office = tour.house.office
    row = await make.row_of(event, f"{local}@example.org", office=office)
    person = reveal_person(row, vault=office.vault, reader=Reader("own link", str(row.id)))
    return f"/registrations/{person.token}"


async def _press_everything(tour: Tour, visitor: httpx2.AsyncClient, page: str) -> None:
    """Post every form of the page empty, once; erasing comes last."""
    text = (await visitor.get(page)).text
    found = dict.fromkeys(re.findall(r'<form method="post" action="([^"]+)"', text))
    for action in sorted(found, key=lambda each: ("erasure" in each, "cancellation" in each)):
        await tour.send(visitor, action)


async def _making_things(tour: Tour, desk: make.Desk) -> None:
    token = {"form_token": desk.form_token}
    for thing in ("organizations", "conferences", "venues"):
        await tour.look(desk.client, f"/desk/{thing}/new")
        await tour.send(desk.client, f"/desk/{thing}/new", **token)
        wrong = {"link": "nowhere", "colour": "red", "second_colour": "#ffffff", "zone": "Nowhere/None"}
        await tour.send(desk.client, f"/desk/{thing}/new", **token, **wrong, starts_on="today")
    venue = {
        "name_en": "فندق",
        "name_ar": "فندق",
        "city": "بروكسل",
        "zone": make.ZONE,
        "rooms-0-name_ar": "قاعة",
    }
    await tour.send(desk.client, "/desk/venues/new", **token, **venue)
    await tour.look(desk.client, "/desk/events/new")
    for thing in ("organizations", "conferences", "venues"):
        await tour.look(desk.client, f"/desk/{thing}")
        await tour.look(desk.client, *re.findall(rf'href="(/desk/{thing}/[0-9a-f-]+)"', tour.seen[-1][1]))
    wrong = {"starts_time": "25م", "ends_time": "9", "zone": "Nowhere/None", "modes": "post", "slug": "Ä B"}
    wrong |= {"join_link": "nowhere", "opens": "قريبًا", "capacity_in_person": "-1", "visibility": "owl"}
    await tour.send(desk.client, "/desk/events/new", **token, **wrong)
    for day in ("2035-03-25", "2035-10-28"):  # the clocks go forward, and back
        gap = make.form(**POST, starts_on=day, starts_time="02:30", ends_time="05:00")
        await tour.send(desk.client, "/desk/events/new", **token, **gap)
    await tour.send(desk.client, "/desk/events/new", **token, **wrong, short="y")
    await tour.send(desk.client, "/desk/events/new", **token, **make.form(**POST), preview="times")
    backwards = make.form(**POST, ends_time="09:00")
    await tour.send(desk.client, "/desk/events/new", **token, **backwards)
    await tour.send(desk.client, "/desk/events/new", **token, **make.form(**POST))


async def _asking(tour: Tour, visitor: httpx2.AsyncClient, desk: make.Desk, event: Event) -> None:
    """Every ready-made question, and a form for every kind of answer."""
    token, base = {"form_token": desk.form_token}, f"/desk/events/{event.id}/questions"
    await tour.look(desk.client, base)
    page = tour.seen[-1][1]
    for kind in re.findall(r'<option value="([a-z_]+)"', page):
        await tour.look(desk.client, f"{base}/new?kind={kind}")
        await tour.send(desk.client, f"{base}/new", **token, kind=kind)
    for preset in re.findall(r'name="preset" value="([a-z]+)"', page):
        await tour.send(desk.client, f"{base}/presets", **token, preset=preset)
    await tour.look(desk.client, f"{base}/preview")
    await tour.send(desk.client, f"{base}/preview", **token)
    await tour.look(desk.client, base)
    for question in re.findall(rf'href="({base}/[0-9a-f-]{{36}})"', tour.seen[-1][1])[:4]:
        await tour.look(desk.client, question)
        for act in ("place", "retirement", "return", "deletion"):
            await tour.send(desk.client, f"{question}/{act}", **token, to="down")


async def _inviting(tour: Tour, desk: make.Desk, event: Event) -> None:
    token, base = {"form_token": desk.form_token}, f"/desk/events/{event.id}"
    await tour.send(desk.client, f"{base}/invitations", **token)
    made = {"batch": "شركاء", "people": "نور <nour@example.org>", "purpose": "open", "language": "ar"}
    await tour.send(desk.client, f"{base}/invitations", **token, **made)
    await tour.send(desk.client, f"{base}/invitations", **token, **{**made, "people": "نور", "number": "x"})
    page = (await desk.client.get(f"{base}/invitations")).text
    for action in dict.fromkeys(re.findall(rf'method="post" action="({base}[^"]+)"', page)):
        await tour.send(desk.client, action, **token)
    quota = {"quotas-0-name": "شركاء", "quotas-0-places": "900", "quotas-0-mode": "in_person"}
    await tour.send(desk.client, f"{base}/quotas", **token, **quota)


async def _desk_of_an_event(tour: Tour, desk: make.Desk, events: Mapping[str, Event]) -> None:
    token = {"form_token": desk.form_token}
    await tour.look(desk.client, "/desk", *(f"/desk/events/{event.id}" for event in events.values()))
    base = f"/desk/events/{events['open'].id}"
    await _look_at_tabs(tour, desk, base)
    await tour.send(desk.client, f"{base}/programme", **token, more="speakers", revision="0")
    await tour.send(desk.client, f"{base}/edit", **token, **make.form(**POST), revision="0")
    await make.change(events["open"], tour.house.office, starts_wall="2035-05-12T12:00")
    await tour.look(desk.client, base, f"{base}/registrations?q=zz", f"{base}/letters?state=sent")
    await tour.look(desk.client, f"{base}/registrations/print", f"{base}/registrations/print?q=zz")
    await tour.look(
        desk.client,
        "/desk/events",
        "/desk/events?state=over",
        f"{base}/day",
        f"/desk/events/{events['past'].id}/day",
    )
    await tour.look(desk.client, f"{base}/data", "/desk/held", "/desk/example")
    await tour.send(desk.client, f"{base}/data/deletion", **token)
    await tour.look(desk.client, f"{base}/changes")
    await tour.send(desk.client, f"{base}/changes", **token)
    await tour.look(desk.client, f"{base}/changes", "/conferences/forum")
    await tour.look(desk.client, f"{base}/letters")
    letters = re.findall(r'href="(/desk/letters/[^"]+)"', tour.seen[-1][1])
    await tour.look(desk.client, letters[0], f"{letters[0]}/html")
    await tour.send(desk.client, f"{letters[0]}/sending", **token)
    await Letter.filter(event_id=events["open"].id).update(state="refused", due_at=None)
    await tour.look(
        desk.client,
        f"{base}/letters/again",
        "/desk/mail/again",
        "/desk/mail",
        "/desk/mail/letters",
        "/desk/notices",
        "/desk/health",
    )
    await tour.send(desk.client, f"{base}/letters/again", **token)
    await tour.send(desk.client, "/desk/mail/again", **token)
    for row in await Registration.filter(event_id=events["open"].id, live=True).limit(1):
        await tour.send(desk.client, f"{base}/registrations/{row.id}/cancellation", **token)
    await tour.send(desk.client, f"/desk/events/{events['bare'].id}/publication", **token)
    for act in ("publication", "withdrawal"):
        await tour.send(desk.client, f"/desk/events/{events['draft'].id}/{act}", **token)
    await tour.send(desk.client, f"{base}/withdrawal", **token)
    for act in ("publication", "cancellation", "cancellation"):
        await tour.send(desk.client, f"{base}/{act}", **token)
    await _copies(tour, desk, base)
    await tour.look(desk.client, base)


async def _copies(tour: Tour, desk: make.Desk, base: str) -> None:
    """A copy, and a series: asked, shown, made and undone; two of its dates at hours that clocks skip or show twice."""
    said = {"title_ar": "اجتماع", "starts_on": "2035-03-18", "starts_time": "02:30", "ends_time": "04:00"}
    weekly = {"form_token": desk.form_token, **said, "how": "weekly", "times": "40"}
    await tour.look(desk.client, f"{base}/copies")
    await tour.send(desk.client, f"{base}/copies", form_token=desk.form_token, how="days")
    await tour.send(desk.client, f"{base}/copies", form_token=desk.form_token, **said, how="once")
    await tour.send(desk.client, f"{base}/copies", **weekly)
    await tour.send(desk.client, f"{base}/copies", **weekly, make="yes")
    await tour.send(desk.client, f"{base}/copies", **weekly, make="yes", day=["2035-10-28"])
    made = await tour.send(
        desk.client, f"{base}/copies", **weekly, make="yes", day=["2035-03-18", "2035-04-01"]
    )
    await tour.send(desk.client, f"{made.headers['location']}/undo", form_token=desk.form_token)


async def _many_people(tour: Tour, desk: make.Desk, event: Event) -> None:
    """Acts upon several people, and a letter to all of them."""
    base, token = f"/desk/events/{event.id}", {"form_token": desk.form_token}
    for local in ("mona", "dima"):
        await make.registered(event, local, office=tour.house.office, language="ar", name="منى")
    mona = await Registration.filter(event_id=event.id, live=1).order_by("-arrival").first()
    assert mona is not None
    correction = f"{base}/registrations/{mona.id}/correction"
    await tour.look(desk.client, correction)
    await tour.send(desk.client, correction, **token)
    right = {"name": "منى", "address": "mona.h@example.org", "language": "ar", "needs": "منحدر"}
    await tour.send(desk.client, correction, **token, **right)
    await tour.look(desk.client, correction.removesuffix("/correction"))
    for verb in ("approve", "decline", "promote", "cancel"):
        await tour.look(desk.client, f"{base}/registrations/acts?verb={verb}&which=all")
        await tour.send(desk.client, f"{base}/registrations/acts", **token, verb=verb)
    await tour.look(desk.client, f"{base}/write")
    everybody = {"status": "all", "mode": "all", "language": "all", **token}
    await tour.send(desk.client, f"{base}/write", **everybody, subject_ar="", body_ar="{nothing}")
    await tour.send(desk.client, f"{base}/write", **everybody, subject_ar="موضوع", body_ar="نص")


async def _bringing_a_list(tour: Tour, desk: make.Desk, base: str) -> None:
    """A list with everything wrong, then one that can be brought in and taken back."""
    wrong = (
        "الاسم,البريد,اللغة,المشاركة\n,عنوان,لغة,بالبريد\nنور,nour@example.org,,\nنور,nour@example.org,,\n"
    )
    right = "الاسم,البريد\nسلوى,salwa@example.org\nمها,\n"
    await tour.send(desk.client, f"{base}/import", form_token=desk.form_token)
    for pasted in (wrong, right):
        answer = await tour.send(desk.client, f"{base}/import", form_token=desk.form_token, pasted=pasted)
        draft = answer.headers["location"].partition("?")[0]
        await tour.fill(desk.client, draft)
        await tour.look(desk.client, f"{draft}/check")
        await tour.send(desk.client, f"{draft}/registrations", **chosen_on(tour.seen[-1][1]))
    await tour.look(desk.client, f"{base}/import")
    await tour.look(desk.client, *re.findall(rf'href="({base}/imports/[^"]+)"', tour.seen[-1][1]))


async def _look_at_tabs(tour: Tour, desk: make.Desk, base: str) -> None:
    """Every page that the tabs of an event lead to, and the preview."""
    text = (await desk.client.get(base)).text
    found = dict.fromkeys(re.findall(rf'href="({base}/[a-z-]+)"', text))
    await tour.look(desk.client, *found, f"{base}/preview")


async def _refusals(tour: Tour, visitor: httpx2.AsyncClient) -> None:
    await tour.look(visitor, "/nothing-here")
    await tour.send(visitor, "/")
    elsewhere = await tour.house.client(**{"accept-language": "ar", "sec-fetch-site": "cross-site"})
    await tour.send(elsewhere, "/events/open/register")
    stale = await tour.house.desk(**{"accept-language": "ar"})
    await tour.send(stale.client, "/desk/events/new", form_token="another")
    await tour.send(visitor, "/events/open/register", name="x" * 2_000_000)
