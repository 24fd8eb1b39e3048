-- Who is coming. Names, addresses and answers lie in "person" as ciphertext; the rest says nothing about anybody.

CREATE TABLE "registration" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE RESTRICT,
    "status" VARCHAR(16) NOT NULL
        CHECK ("status" IN ('pending', 'confirmed', 'waitlisted', 'declined', 'cancelled')),
    "mode" VARCHAR(16) NOT NULL CHECK ("mode" IN ('in_person', 'online')),
    "language" VARCHAR(8) NOT NULL,
    "address_index" {blob} NOT NULL,
    "live" {smallint} CHECK ("live" = 1),
    "waitlist_order" {int},
    "registered_on" {date} NOT NULL,
    "token_digest" {blob} NOT NULL UNIQUE,
    "person" {blob} NOT NULL,
    "consent_version" {int} NOT NULL,
    "answer" VARCHAR(16) NOT NULL,
    "sequence" {int} NOT NULL,
    "invited" {bool} NOT NULL,
    "organizer_address" VARCHAR(254) NOT NULL,
    "told" VARCHAR(16) NOT NULL,
    CONSTRAINT "one_live_registration_per_address" UNIQUE ("event_id", "address_index", "live")
);

CREATE INDEX "registration_of_event" ON "registration" ("event_id", "status", "mode", "waitlist_order");
