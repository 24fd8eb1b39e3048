-- What is asked often finds its rows without passing all the others: who waits in line, what belongs to somebody who
-- leaves, which events are near, and the letters that went wrong. Letters and events are long, so their tables are
-- never walked through.

CREATE INDEX "registration_line" ON "registration" (
    "event_id", "mode", "quota_id", "waitlist_order", "arrival", "id", "party", "status", "seated"
)
    WHERE "status" = 'waitlisted' AND NOT "seated";

CREATE INDEX "registration_end_of_line" ON "registration" ("event_id", "waitlist_order")
    WHERE "waitlist_order" IS NOT NULL;

CREATE INDEX "registration_of_batch" ON "registration" ("import_batch_id", "status")
    WHERE "import_batch_id" IS NOT NULL;

CREATE INDEX "registration_of_quota" ON "registration" ("quota_id") WHERE "quota_id" IS NOT NULL;

CREATE INDEX "invitation_of_registration" ON "invitation" ("registration_id") WHERE "registration_id" IS NOT NULL;

CREATE INDEX "invitation_of_quota" ON "invitation" ("quota_id") WHERE "quota_id" IS NOT NULL;

CREATE INDEX "reminded_registration" ON "reminded" ("registration_id");

CREATE INDEX "mailing_line_registration" ON "mailing_line" ("registration_id");

CREATE INDEX "opt_out_of_organization" ON "opt_out" ("organization_id") WHERE "organization_id" IS NOT NULL;

CREATE INDEX "event_ends" ON "event" ("ends_at", "status");

DROP INDEX "letter_count";

CREATE INDEX "letter_count" ON "letter" ("event_id", "state", "number", "words");

CREATE INDEX "letter_refused" ON "letter" ("event_id", "number") WHERE "state" = 'refused';

CREATE INDEX "letter_in_doubt" ON "letter" ("event_id", "number") WHERE "doubts" > 0;

CREATE INDEX "letter_in_trouble" ON "letter" ("number") WHERE "last_error" <> '';

CREATE INDEX "letter_of_erased" ON "letter" ("number") WHERE "words" IN ('last', 'once');

-- An act on everybody of an event goes on in batches: how far it is.

CREATE TABLE "round" (
    "number" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "what" VARCHAR(16) NOT NULL,
    "reached" {int} NOT NULL,
    "until" {int} NOT NULL,
    "facts" {json} NOT NULL,
    UNIQUE ("event_id", "what")
);
