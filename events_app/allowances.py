"""How many letters that anybody can cause go to one address: one in a quarter of an hour, six a day."""

from datetime import date, datetime, timedelta

from tortoise import fields
from tortoise.models import Model

from events_app.clock import milliseconds
from events_app.database import rows

A_DAY, APART = 6, timedelta(minutes=15)


class LetterAllowance(Model):
    """One address that somebody had written to: `mark` is an HMAC of it and of what the letters are about, under the
    event's index key. letters: how many went on `day` (UTC); next_at: from when on another may (unix ms)."""

    mark = fields.BinaryField(primary_key=True)
    day: date = fields.DateField()
    letters = fields.IntField()
    next_at = fields.BigIntField()

    class Meta:
        table = "letter_allowance"


async def take(mark: bytes, *, now: datetime) -> bool:
    """Whether one letter more may go, and it is counted. One statement, whatever the answer; a clock that was set back
    holds nobody up for longer than `APART`."""
    moment, apart = milliseconds(now), milliseconds(now + APART)
    return bool(await rows(_TAKE, mark, now.date(), moment, apart, A_DAY))


_TAKE = """
    INSERT INTO "letter_allowance" ("mark", "day", "letters", "next_at") VALUES ($1, $2, 1, $4)
    ON CONFLICT ("mark") DO UPDATE SET "day" = $2, "next_at" = $4,
        "letters" = CASE WHEN "letter_allowance"."day" = $2 THEN "letter_allowance"."letters" + 1 ELSE 1 END
    WHERE ("letter_allowance"."day" <> $2 OR "letter_allowance"."letters" < $5)
        AND ("letter_allowance"."next_at" <= $3 OR "letter_allowance"."next_at" > $4)
    RETURNING "mark"
"""


async def forget_allowances(now: datetime) -> None:
    """What went on days before is not remembered; idle, it writes nothing."""
    old = LetterAllowance.filter(day__lt=now.date(), next_at__lte=milliseconds(now))
    if await old.exists():
        await old.delete()
