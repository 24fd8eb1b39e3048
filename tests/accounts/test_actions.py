"""Organizers come in by a link that works once, sign in without telling who exists, and leave for good."""

import asyncio
from datetime import datetime, timedelta

import pytest

from events_app.accounts import actions, rules, tries
from events_app.accounts.models import (
    SITE,
    KnownDevice,
    OneTimeLink,
    Organizer,
    Session,
    SignInTries,
    device_mark,
)
from events_app.errors import Refusal
from events_app.tokens import digest
from events_app.vault import Reader, Vault
from tests.databases import DatabaseUnderTest, run_sql

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

ADDRESS, NAME = "rana@example.org", "Rana Khalil"
PASSPHRASE = "seven lanterns over a quiet harbour"
OTHER_PASSPHRASE = "nobody counts the almond trees twice"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def _first(vault: Vault, now: datetime) -> Organizer:
    token = await actions.invite_first(vault, now=now)
    assert token is not None
    came_in = await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)
    await actions.sign_out(came_in.session)
    return came_in.organizer


async def _signed_in(vault: Vault, now: datetime) -> str:
    return (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).session


async def test_the_first_link_makes_the_first_organizer_and_there_is_no_second_one(
    vault: Vault, now: datetime
) -> None:
    organizer = await _first(vault, now)

    assert actions.name_of(vault, organizer) == NAME
    assert organizer.created_day == now.date()
    assert await actions.invite_first(vault, now=now) is None


async def test_a_new_start_ends_the_first_link_that_was_not_used(vault: Vault, now: datetime) -> None:
    older, newer = await actions.invite_first(vault, now=now), await actions.invite_first(vault, now=now)
    assert older is not None
    assert newer is not None

    with pytest.raises(rules.LinkDoesNotWork):
        await actions.open_link(vault, older, now=now)
    assert await actions.open_link(vault, newer, now=now) == actions.AccountLink("first")


async def test_opening_a_link_does_not_use_it_up(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)

    for _ in range(2):
        invitation = await actions.open_link(vault, token, now=now)
        assert invitation == actions.AccountLink("organizer", ADDRESS)


async def test_a_link_works_once(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)
    await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)

    with pytest.raises(rules.LinkDoesNotWork):
        await actions.open_link(vault, token, now=now)
    with pytest.raises(rules.LinkDoesNotWork):
        await actions.accept(vault, token, NAME, ADDRESS, OTHER_PASSPHRASE, now=now)
    assert (await OneTimeLink.get(digest=digest(token))).address is None


async def test_a_link_that_is_accepted_many_times_at_once_works_once(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)

    answers = await asyncio.gather(
        *(actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now) for _ in range(5)),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["CameIn", *["LinkDoesNotWork"] * 4]
    assert await Organizer.all().count() == 1


async def test_an_old_link_does_not_work(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)

    assert await actions.open_link(vault, token, now=now + rules.LINK_LASTS - MINUTE)
    with pytest.raises(rules.LinkDoesNotWork):
        await actions.open_link(vault, token, now=now + rules.LINK_LASTS)


async def test_a_link_nobody_made_does_not_work(vault: Vault, now: datetime) -> None:
    with pytest.raises(rules.LinkDoesNotWork):
        await actions.open_link(vault, "a" * 39, now=now)


async def test_an_invitation_is_for_its_address_only(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    token = await actions.invite(vault, "colleague@example.org", now=now)

    with pytest.raises(rules.LinkForAnotherAddress):
        await actions.accept(vault, token, NAME, ADDRESS, OTHER_PASSPHRASE, now=now)
    assert await _signed_in(vault, now)


async def test_a_link_for_a_known_address_sets_a_new_passphrase_and_ends_the_sessions(
    vault: Vault, now: datetime
) -> None:
    organizer = await _first(vault, now)
    session = await _signed_in(vault, now)
    token = await actions.invite(vault, " Rana@EXAMPLE.org ", now=now)
    assert (await actions.open_link(vault, token, now=now)).name == NAME

    came_in = await actions.accept(vault, token, "Rana K.", ADDRESS, OTHER_PASSPHRASE, now=now + HOUR * 24)
    again = came_in.organizer

    assert (again.id, again.created_day) == (organizer.id, organizer.created_day)
    assert actions.name_of(vault, again) == "Rana K."
    assert await actions.find_session(session, now=now) is None
    with pytest.raises(rules.SignInRefused):
        await _signed_in(vault, now)
    assert await actions.sign_in(vault, ADDRESS, OTHER_PASSPHRASE, now=now)


async def test_a_weak_passphrase_leaves_the_link_as_it_was(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)

    with pytest.raises(rules.PassphraseTooShort):
        await actions.accept(vault, token, NAME, ADDRESS, "short", now=now)

    assert await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)


IN_LETTERS, AS_SERVERS_KNOW_IT = "Rana@bücher.example", "rana@xn--bcher-kva.example"


@pytest.mark.parametrize("invited", [IN_LETTERS, AS_SERVERS_KNOW_IT])
@pytest.mark.parametrize("typed", [IN_LETTERS, AS_SERVERS_KNOW_IT])
async def test_no_organizer_is_kept_out_by_the_other_spelling_of_their_domain(
    vault: Vault, now: datetime, invited: str, typed: str
) -> None:
    token = await actions.invite(vault, invited, now=now)

    await actions.accept(vault, token, NAME, typed, PASSPHRASE, now=now)

    for spelling in (IN_LETTERS, AS_SERVERS_KNOW_IT):
        assert await actions.sign_in(vault, spelling, PASSPHRASE, now=now)
    again = await actions.invite(vault, typed, now=now)
    assert (await actions.open_link(vault, again, now=now)).name == NAME


async def test_a_link_made_before_addresses_had_one_spelling_is_still_accepted(
    vault: Vault, now: datetime
) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)
    link = await OneTimeLink.get(digest=digest(token))
    link.address = vault.seal(SITE, link.address_context, {"address": IN_LETTERS})
    await link.save()

    assert await actions.accept(vault, token, NAME, AS_SERVERS_KNOW_IT, PASSPHRASE, now=now)


@pytest.mark.parametrize("address", ["", "rana", "rana@", "@example.org", "rana@example", "a b@example.org"])
async def test_what_is_no_address_is_not_invited(vault: Vault, now: datetime, address: str) -> None:
    with pytest.raises(rules.AddressUnreadable):
        await actions.invite(vault, address, now=now)


async def test_the_first_organizer_too_has_an_address(vault: Vault, now: datetime) -> None:
    token = await actions.invite_first(vault, now=now)
    assert token is not None

    with pytest.raises(rules.AddressUnreadable):
        await actions.accept(vault, token, NAME, "rana", PASSPHRASE, now=now)


async def test_whoever_signs_in_is_found_by_the_cookie(vault: Vault, now: datetime) -> None:
    organizer = await _first(vault, now)

    token = (await actions.sign_in(vault, "RANA@example.org ", PASSPHRASE, now=now)).session
    session = await actions.find_session(token, now=now)

    assert session is not None
    assert session.organizer.id == organizer.id
    assert len(session.form_token) == 39
    assert session.form_token != token
    assert await actions.find_session("", now=now) is None


async def test_an_unknown_address_a_wrong_passphrase_and_a_closed_account_get_one_answer(
    vault: Vault, now: datetime
) -> None:
    organizer = await _first(vault, now)
    refusals = []
    for address, passphrase in (
        (ADDRESS, "wrong"),
        ("nobody@example.org", PASSPHRASE),
        (ADDRESS, "x" * 9000),
    ):
        with pytest.raises(Refusal) as refused:
            await actions.sign_in(vault, address, passphrase, now=now)
        refusals.append((type(refused.value), str(refused.value)))
    await Organizer.filter(id=organizer.id).update(active=False)
    with pytest.raises(Refusal) as refused:
        await _signed_in(vault, now)
    refusals.append((type(refused.value), str(refused.value)))

    assert set(refusals) == {(rules.SignInRefused, str(rules.SignInRefused()))}


async def test_an_account_that_is_closed_has_no_sessions(vault: Vault, now: datetime) -> None:
    organizer = await _first(vault, now)
    token = await _signed_in(vault, now)

    await Organizer.filter(id=organizer.id).update(active=False)

    assert await actions.find_session(token, now=now) is None


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.org"])
async def test_ten_failures_close_an_address_for_the_hour_known_or_not(
    vault: Vault, now: datetime, address: str
) -> None:
    await _first(vault, now)
    for _ in range(rules.TRIES_PER_ADDRESS):
        with pytest.raises(rules.SignInRefused):
            await actions.sign_in(vault, address, "wrong", now=now)

    with pytest.raises(rules.SignInTooOften):
        await actions.sign_in(vault, address, PASSPHRASE, now=now)
    if address == ADDRESS:
        assert await _signed_in(vault, now + HOUR)


async def test_tries_at_once_are_counted_all(vault: Vault, now: datetime) -> None:
    await _first(vault, now)

    answers = await asyncio.gather(
        *(actions.sign_in(vault, ADDRESS, "wrong", now=now) for _ in range(15)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == [
        *["SignInRefused"] * 10,
        *["SignInTooOften"] * 5,
    ]


async def test_a_successful_sign_in_forgets_the_failures_before_it(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    for _ in range(3):
        for _ in range(rules.TRIES_PER_ADDRESS - 1):
            with pytest.raises(rules.SignInRefused):
                await actions.sign_in(vault, ADDRESS, "wrong", now=now)
        await _signed_in(vault, now)

    assert [row.tries for row in await SignInTries.all()] == [3 * (rules.TRIES_PER_ADDRESS - 1)]


async def test_a_link_opens_an_address_that_was_tried_too_often(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    for _ in range(rules.TRIES_PER_ADDRESS):
        with pytest.raises(rules.SignInRefused):
            await actions.sign_in(vault, ADDRESS, "wrong", now=now)

    token = await actions.invite(vault, ADDRESS, now=now)
    await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)

    assert await _signed_in(vault, now)


async def _fail(vault: Vault, now: datetime, *, times: int, device: str = "") -> None:
    for _ in range(times):
        with pytest.raises(rules.SignInRefused):
            await actions.sign_in(vault, ADDRESS, "wrong", device=device, now=now)


async def test_nobody_who_came_in_before_is_kept_out_by_the_tries_of_others(
    vault: Vault, now: datetime
) -> None:
    await _first(vault, now)
    known = (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).device
    await _fail(vault, now, times=rules.TRIES_PER_ADDRESS)
    await SignInTries.filter(subject=tries.EVERYBODY).update(tries=rules.TRIES_IN_ALL * 9)

    came_in = await actions.sign_in(vault, ADDRESS, PASSPHRASE, device=known, now=now, wait=_never)

    assert (await actions.find_session(came_in.session, now=now)) is not None
    assert came_in.device == known


async def _never(seconds: float) -> None:
    raise AssertionError(seconds)


@pytest.mark.parametrize("device", ["", "another browser's", "x" * 5000])
async def test_no_browser_is_known_that_nobody_came_in_with(vault: Vault, now: datetime, device: str) -> None:
    await _first(vault, now)
    await _fail(vault, now, times=rules.TRIES_PER_ADDRESS, device=device)

    with pytest.raises(rules.SignInTooOften):
        await actions.sign_in(vault, ADDRESS, PASSPHRASE, device=device, now=now)


async def test_a_known_browser_is_no_way_to_try_another_organizers_passphrase(
    vault: Vault, now: datetime
) -> None:
    await _first(vault, now)
    token = await actions.invite(vault, "colleague@example.org", now=now)
    theirs = await actions.accept(
        vault, token, "Colleague", "colleague@example.org", OTHER_PASSPHRASE, now=now
    )
    await _fail(vault, now, times=rules.TRIES_PER_ADDRESS, device=theirs.device)

    with pytest.raises(rules.SignInTooOften):
        await actions.sign_in(vault, ADDRESS, PASSPHRASE, device=theirs.device, now=now)


async def test_whoever_came_in_before_is_never_refused_however_often_they_mistype(
    vault: Vault, now: datetime
) -> None:
    await _first(vault, now)
    known = (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).device
    await _fail(vault, now, times=rules.TRIES_PER_DEVICE, device=known)
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    with pytest.raises(rules.SignInRefused):
        await actions.sign_in(vault, ADDRESS, "wrong", device=known, now=now, wait=wait)
    came_in = await actions.sign_in(vault, ADDRESS, PASSPHRASE, device=known, now=now, wait=wait)

    assert await actions.find_session(came_in.session, now=now) is not None
    assert waited == [rules.SLOW_DEVICE] * 2


async def test_who_steals_a_known_browser_never_tries_twice_at_once(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    known = (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).device
    await _fail(vault, now, times=rules.TRIES_PER_DEVICE, device=known)
    is_waiting, may_go_on = asyncio.Event(), asyncio.Event()

    async def wait(seconds: float) -> None:
        is_waiting.set()
        await may_go_on.wait()

    first = asyncio.create_task(actions.sign_in(vault, ADDRESS, "wrong", device=known, now=now, wait=wait))
    await is_waiting.wait()
    with pytest.raises(rules.SignInTooOften):
        await actions.sign_in(vault, ADDRESS, "wrong too", device=known, now=now, wait=_never)
    may_go_on.set()
    with pytest.raises(rules.SignInRefused):
        await first


async def test_two_organizers_of_one_browser_are_both_known_in_it(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    shared = (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).device
    token = await actions.invite(vault, "colleague@example.org", now=now)

    theirs = await actions.accept(
        vault, token, "Colleague", "colleague@example.org", OTHER_PASSPHRASE, device=shared, now=now
    )

    assert theirs.device == shared
    assert await KnownDevice.filter(mark=device_mark(vault, shared)).count() == 2


async def test_a_browser_that_nobody_used_for_half_a_year_is_forgotten(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    known = (await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)).device
    later = now + rules.DEVICE_LASTS + HOUR * 24

    assert not await tries.is_known_device(vault, known, now=later)
    assert (await actions.sign_in(vault, ADDRESS, PASSPHRASE, device=known, now=later)).device != known
    assert await KnownDevice.all().count() == 1


async def test_no_browser_stays_known_after_signing_out_everywhere_or_a_new_passphrase(
    vault: Vault, now: datetime
) -> None:
    organizer = await _first(vault, now)
    before = await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)
    await actions.sign_out_everywhere(organizer.id)
    assert not await tries.is_known_device(vault, before.device, now=now)
    before = await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)
    token = await actions.invite(vault, ADDRESS, now=now)

    after = await actions.accept(vault, token, NAME, ADDRESS, OTHER_PASSPHRASE, now=now)

    assert not await tries.is_known_device(vault, before.device, now=now)
    assert await tries.is_known_device(vault, after.device, now=now)


async def test_tries_for_all_addresses_together_never_refuse_but_slow_down(
    vault: Vault, now: datetime
) -> None:
    await _first(vault, now)
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    for so_far in (0, rules.TRIES_IN_ALL - 1, rules.TRIES_IN_ALL, rules.TRIES_IN_ALL + 9, 10**6):
        await SignInTries.filter(subject=tries.EVERYBODY).delete()
        await SignInTries.create(subject=tries.EVERYBODY, hour=rules.hour_of(now), tries=so_far)
        assert await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now, wait=wait)

    assert waited == [0.05, 0.5, rules.LONGEST_PAUSE]


async def test_who_waits_to_be_tried_holds_no_connection_and_no_thread(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    await SignInTries.create(subject=tries.EVERYBODY, hour=rules.hour_of(now), tries=rules.TRIES_IN_ALL * 2)
    all_wait, done = asyncio.Event(), asyncio.Event()
    arrived: list[float] = []

    async def wait(seconds: float) -> None:
        arrived.append(seconds)
        if len(arrived) == 30:
            all_wait.set()
        await done.wait()

    strangers = [
        asyncio.create_task(actions.sign_in(vault, f"{who}@example.org", "wrong", now=now, wait=wait))
        for who in range(30)
    ]
    await all_wait.wait()
    token = await actions.invite(vault, ADDRESS, now=now)
    assert await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)
    done.set()
    answers = await asyncio.gather(*strangers, return_exceptions=True)

    assert {type(answer).__name__ for answer in answers} == {"SignInRefused"}


async def test_a_link_leads_inside_however_often_others_have_tried(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    await _fail(vault, now, times=rules.TRIES_PER_ADDRESS)
    await SignInTries.filter(subject=tries.EVERYBODY).update(tries=10**6)
    token = await actions.invite(vault, ADDRESS, now=now)

    came_in = await actions.accept(vault, token, NAME, ADDRESS, PASSPHRASE, now=now)

    assert await actions.find_session(came_in.session, now=now) is not None


async def test_a_session_ends_after_its_hours_however_busy(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    token = await _signed_in(vault, now)
    moment = now
    while moment + HOUR / 2 < now + rules.SESSION_LASTS:
        moment += HOUR / 2
        assert await actions.find_session(token, now=moment) is not None

    assert await actions.find_session(token, now=now + rules.SESSION_LASTS) is None


async def test_a_session_that_nobody_uses_ends_after_an_hour(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    token = await _signed_in(vault, now)

    assert await actions.find_session(token, now=now + rules.IDLE + rules.ROUNDED_TO) is None
    assert await actions.find_session(token, now=now + rules.IDLE) is not None


async def test_a_session_remembers_five_minutes_and_not_the_moment(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    token = await _signed_in(vault, now)

    async def seen_at() -> datetime:
        return (await Session.get(digest=digest(token))).seen_at

    assert await seen_at() == now.replace(minute=0, second=0)
    await actions.find_session(token, now=now.replace(minute=4, second=59))
    assert await seen_at() == now.replace(minute=0, second=0)
    await actions.find_session(token, now=now.replace(minute=13))
    assert await seen_at() == now.replace(minute=10, second=0)


async def test_signing_out_ends_this_session_only(vault: Vault, now: datetime) -> None:
    await _first(vault, now)
    here, there = await _signed_in(vault, now), await _signed_in(vault, now)

    await actions.sign_out(here)
    await actions.sign_out("unknown")

    assert await actions.find_session(here, now=now) is None
    assert await actions.find_session(there, now=now) is not None


async def test_signing_out_everywhere_ends_every_session_of_one_organizer(
    vault: Vault, now: datetime
) -> None:
    organizer = await _first(vault, now)
    token = await actions.invite(vault, "colleague@example.org", now=now)
    await actions.accept(vault, token, "Colleague", "colleague@example.org", OTHER_PASSPHRASE, now=now)
    mine = [await _signed_in(vault, now) for _ in range(2)]
    theirs = (await actions.sign_in(vault, "colleague@example.org", OTHER_PASSPHRASE, now=now)).session

    assert await actions.sign_out_everywhere(organizer.id) == 2

    assert [await actions.find_session(each, now=now) for each in mine] == [None, None]
    assert await actions.find_session(theirs, now=now) is not None


async def test_a_passphrase_typed_in_another_form_of_unicode_is_the_same(vault: Vault, now: datetime) -> None:
    token = await actions.invite(vault, ADDRESS, now=now)
    await actions.accept(vault, token, NAME, ADDRESS, "cafe\u0301 en été, dix ﬁlles", now=now)

    assert await actions.sign_in(vault, ADDRESS, "caf\u00e9 en e\u0301te\u0301, dix filles", now=now)


async def test_no_name_address_passphrase_or_token_is_in_a_row(
    vault: Vault, now: datetime, database: DatabaseUnderTest
) -> None:
    organizer = await _first(vault, now)
    link = await actions.invite(vault, "canary@example.org", now=now)
    came_in = await actions.sign_in(vault, ADDRESS, PASSPHRASE, now=now)
    session, device = came_in.session, came_in.device

    kept = b""
    for table in ("organizer", "session", "one_time_link", "sign_in_tries", "known_device"):
        for row in await run_sql(database.url, f'SELECT * FROM "{table}"'):
            kept += b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)

    for secret in ("Rana", "rana@", "canary", PASSPHRASE, link, session, device):
        assert secret.encode() not in kept
    reader = Reader("organizer", organizer.id)
    person = vault.reveal(SITE, organizer.person_context, organizer.person, reader)
    assert person == {"name": NAME, "address": ADDRESS}
