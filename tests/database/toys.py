"""Small models that the tests of the database play with."""

from typing import Any

from tortoise import Model, fields


class ToyEvent(Model):
    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(max_length=80)
    seats = fields.IntField()
    claims = fields.BigIntField(default=0, db_default=0)

    class Meta:
        table = "toy_event"


class ToyGuest(Model):
    id = fields.UUIDField(primary_key=True)
    event: fields.ForeignKeyRelation[ToyEvent] = fields.ForeignKeyField("house.ToyEvent", related_name=False)
    event_id: int
    mark = fields.BinaryField()
    live = fields.BooleanField(null=True)

    class Meta:
        table = "toy_guest"
        unique_together = (("event_id", "mark", "live"),)
        indexes = (("event_id", "live"),)


class ToyKinds(Model):
    id = fields.UUIDField(primary_key=True)
    at = fields.DatetimeField()
    on = fields.DateField()
    facts: fields.Field[Any] = fields.JSONField()
    flag = fields.BooleanField(db_default=False)
    small = fields.SmallIntField()
    share = fields.FloatField(null=True)
    words = fields.TextField()

    class Meta:
        table = "toy_kinds"


class ToyDebt(Model):
    id = fields.IntField(primary_key=True, generated=False)
    event: fields.ForeignKeyRelation[ToyEvent] = fields.ForeignKeyField(
        "house.ToyEvent", related_name=False, on_delete=fields.NO_ACTION
    )
    event_id: int

    class Meta:
        table = "toy_debt"
