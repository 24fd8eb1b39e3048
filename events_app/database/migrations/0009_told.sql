-- What people were told is kept as it was said, in each language and for each way of taking part, when it changes.
-- An event counts its tellings, a registration has the number of the one that it heard last. Events that are older
-- than this (0) are looked through once at the next start: mailings/actions/announcing.adopt.

CREATE TABLE "telling" (
    "id" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "number" {int} NOT NULL,
    "language" VARCHAR(8) NOT NULL,
    "mode" VARCHAR(16) NOT NULL,
    "facts" {json} NOT NULL,
    "material" {bool} NOT NULL,
    UNIQUE ("event_id", "number", "language", "mode")
);

ALTER TABLE "event" ADD COLUMN "telling" {int} NOT NULL DEFAULT 0;
ALTER TABLE "registration" ADD COLUMN "telling" {int} NOT NULL DEFAULT 1;
