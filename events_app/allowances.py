"""How many letters that anybody can cause go to one address: one in a quarter of an hour, six a day."""

from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from tortoise import fields
from tortoise.models import Model

from events_app.addresses import Address, mailbox_of
from events_app.clock import milliseconds
from events_app.database import rows

A_DAY: Final = 6
APART: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = 3 * APART
"""Less than the courier's longest pause: it takes a later moment for that of a clock that has been set back."""


class Marking(Protocol):
    """What this needs of the vault, which it does not import."""

    def blind_index(self, scope: str, address: Address, /) -> bytes: ...
    def code_index(self, scope: str, code: str, /) -> bytes: ...


class LetterAllowance(Model):
    """One address that somebody had written to: `mark` is an HMAC of it and of what the letters are about, under the
    event's index key. letters: how many went on `day` (UTC); next_at: from when on another may (unix ms)."""

    mark = fields.BinaryField(primary_key=True)
    day: date = fields.DateField()
    letters = fields.IntField()
    next_at = fields.BigIntField()

    class Meta:
        table = "letter_allowance"


def mark_of(address: str, about: str, *, scope: str, vault: Marking) -> bytes:
    """By which letters to an address are counted: apart for each event and for what they say. All spellings of one
    mailbox have one mark."""
    index = vault.blind_index(scope, mailbox_of(address))
    return vault.code_index(scope, f"letters {about} {index.hex()}")


async def take(mark: bytes, *, now: datetime) -> bool:
    """Whether one letter more may go, and it is counted. One statement, whatever the answer; a clock that was set back
    holds nobody up for longer than `APART`."""
    moment, apart = milliseconds(now), milliseconds(now + APART)
    return bool(await rows(_TAKE, mark, now.date(), moment, apart, A_DAY))


_APART: Final = APART // timedelta(milliseconds=1)
_COUNTED = """
    INSERT INTO "letter_allowance" ("mark", "day", "letters", "next_at") VALUES ($1, $2, 1, $4)
    ON CONFLICT ("mark") DO UPDATE SET "day" = $2, "next_at" = {next_at},
        "letters" = CASE WHEN "letter_allowance"."day" = $2 THEN "letter_allowance"."letters" + 1 ELSE 1 END
    WHERE ("letter_allowance"."day" <> $2 OR "letter_allowance"."letters" < $5) AND {is_time}
    RETURNING "next_at"
"""
_TAKE = _COUNTED.format(
    next_at="$4",
    is_time='("letter_allowance"."next_at" <= $3 OR "letter_allowance"."next_at" > $4)',
)


async def book(mark: bytes, *, now: datetime) -> datetime | None:
    """When one letter more may go, and it is counted: now, or a quarter of an hour after the last one. None where that
    were later than `LONGEST_WAIT`, or the day has had its six. One statement, whatever the answer."""
    moment, apart, latest = (milliseconds(now + each) for each in (timedelta(), APART, LONGEST_WAIT))
    found = await rows(_BOOK, mark, now.date(), moment, apart, A_DAY, latest)
    if not found:
        return None
    return max(now, datetime.fromtimestamp(found[0]["next_at"] / 1000, UTC) - APART)


_BEHIND = f'"letter_allowance"."next_at" + {_APART}'
_BOOK = _COUNTED.format(
    next_at=f'CASE WHEN "letter_allowance"."next_at" BETWEEN $3 AND $6 THEN {_BEHIND} ELSE $4 END',
    is_time=f'("letter_allowance"."next_at" <= $6 OR "letter_allowance"."next_at" > $6 + {_APART})',
)


async def forget_allowances(now: datetime) -> None:
    """What went on days before is not remembered; idle, it writes nothing."""
    old = LetterAllowance.filter(day__lt=now.date(), next_at__lte=milliseconds(now))
    if await old.exists():
        await old.delete()
