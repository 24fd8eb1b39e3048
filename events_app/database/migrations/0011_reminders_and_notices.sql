-- What organizers hear by mail of their events. Who has an account already is asked at the desk, and gets none before.

CREATE TABLE "notice_choice" (
    "number" {serial},
    "organizer_id" {uuid} NOT NULL UNIQUE REFERENCES "organizer" ("id") ON DELETE CASCADE,
    "choice" VARCHAR(8) NOT NULL CHECK ("choice" IN ('unasked', 'never', 'daily', 'at_once')),
    "language" VARCHAR(8) NOT NULL,
    "zone" VARCHAR(64) NOT NULL,
    "told" {json} NOT NULL,
    "told_on" {date},
    "looks" {int} NOT NULL
);

INSERT INTO "notice_choice" ("organizer_id", "choice", "language", "zone", "told", "looks")
SELECT "id", 'unasked', '', 'UTC', '{}', 0 FROM "organizer";

CREATE TABLE "link_warning" (
    "number" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "hours" {int} NOT NULL,
    "starts_at" {timestamp} NOT NULL,
    UNIQUE ("event_id", "hours", "starts_at")
);

-- Who wants no letters to many any more: their address under the event's index key, or, where they asked it of an
-- organization, under the site's.

CREATE TABLE "opt_out" (
    "number" {serial},
    "event_id" {uuid} REFERENCES "event" ("id") ON DELETE CASCADE,
    "organization_id" {uuid} REFERENCES "organization" ("id") ON DELETE CASCADE,
    "mark" {blob} NOT NULL UNIQUE,
    "made_on" {date} NOT NULL
);

CREATE INDEX "opt_out_of_event" ON "opt_out" ("event_id");
