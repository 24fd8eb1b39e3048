-- How many places of each way of taking part others see as taken. They are counted by the clock and never because
-- somebody registers, so that no single registration is seen in them.

CREATE TABLE "shown_places" (
    "number" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "mode" VARCHAR(16) NOT NULL,
    "taken" {int} NOT NULL,
    UNIQUE ("event_id", "mode")
);

-- From whose addresses mail came back, and whose are not confirmed: a few, whom organizers hear of without a look at
-- everybody.

CREATE INDEX "registration_undeliverable" ON "registration" ("event_id") WHERE "undeliverable";

CREATE INDEX "registration_unconfirmed" ON "registration" ("event_id") WHERE "due_for" = 'address';
