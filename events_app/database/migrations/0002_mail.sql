-- Letters: posted with the fact they tell of, sent later by the courier. What they say is in the blobs only.

CREATE TABLE "letter" (
    "number" {serial},
    "id" {uuid} NOT NULL UNIQUE,
    "scope" VARCHAR(64) NOT NULL,
    "event_id" {uuid},
    "thread" {uuid},
    "replaces" VARCHAR(64),
    "kind" VARCHAR(64) NOT NULL,
    "state" VARCHAR(16) NOT NULL
        CHECK ("state" IN ('queued', 'sending', 'sent', 'kept', 'superseded', 'unsure', 'refused', 'withheld')),
    "when_unsure" VARCHAR(8) NOT NULL CHECK ("when_unsure" IN ('again', 'ask')),
    "doubts" {int} NOT NULL,
    "facts" {blob} NOT NULL,
    "message" {blob},
    "message_id" VARCHAR(320),
    "attempts" {int} NOT NULL,
    "due_at" {bigint},
    "lease_by" VARCHAR(64),
    "last_error" VARCHAR(200) NOT NULL,
    "posted_day" {date} NOT NULL,
    "tried_day" {date},
    "sent_day" {date},
    CONSTRAINT "letter_written_before_sent" CHECK ("state" <> 'sending' OR "message" IS NOT NULL)
);

CREATE INDEX "letter_due" ON "letter" ("due_at", "number") WHERE "due_at" IS NOT NULL;

CREATE INDEX "letter_unfinished_in_thread" ON "letter" ("thread", "number") WHERE "due_at" IS NOT NULL;

CREATE INDEX "letter_in_thread" ON "letter" ("thread", "number");

CREATE INDEX "letter_of_event" ON "letter" ("event_id", "number");

CREATE INDEX "letter_count" ON "letter" ("event_id", "state");
