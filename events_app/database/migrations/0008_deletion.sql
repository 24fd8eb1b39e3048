-- Every event has a deletion day, so many days after its end. What an installation holds already gets one too, but
-- not before the caretaker has put it at least 30 days ahead of its first look ('9999-01-01' until then).
-- forgotten_on: the day on which its keys were forgotten; is_emptied: whether what they sealed is gone as well;
-- counts: what stays. A notice is due again when the day that it was for has changed.

ALTER TABLE "event" ADD COLUMN "deletion_days" {int} NOT NULL DEFAULT 30
    CHECK ("deletion_days" BETWEEN 0 AND 365);

ALTER TABLE "event" ADD COLUMN "deletion_not_before" {date};

UPDATE "event" SET "deletion_not_before" = '9999-01-01';

ALTER TABLE "event" ADD COLUMN "week_notice_for" {date};

ALTER TABLE "event" ADD COLUMN "week_notice_on" {date};

ALTER TABLE "event" ADD COLUMN "day_notice_for" {date};

ALTER TABLE "event" ADD COLUMN "forgotten_on" {date};

ALTER TABLE "event" ADD COLUMN "is_emptied" {bool} NOT NULL DEFAULT {false};

ALTER TABLE "event" ADD COLUMN "counts" {json};

-- The words of a letter: 'kept'; its person was erased while it was on its way: 'last' (tried until it ends, then
-- emptied), 'once' (not tried again, then emptied); 'gone'.

ALTER TABLE "letter" ADD COLUMN "words" VARCHAR(8) NOT NULL DEFAULT 'kept'
    CHECK ("words" IN ('kept', 'last', 'once', 'gone'));

-- That somebody of an event asked to be erased: their address under the event's index key, gone with that key.

CREATE TABLE "erased_mark" (
    "number" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "mark" {blob} NOT NULL,
    UNIQUE ("event_id", "mark")
);
