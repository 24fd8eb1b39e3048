-- What the tests of the database play with; one column of every kind of field.
CREATE TABLE "toy_event" (
    "id" {serial},
    "title" VARCHAR(80) NOT NULL,
    "seats" {int} NOT NULL,
    "claims" {bigint} NOT NULL DEFAULT 0
);

CREATE TABLE "toy_guest" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" BIGINT NOT NULL REFERENCES "toy_event" ("id") ON DELETE CASCADE, -- as Tortoise writes it;
    "mark" {blob} NOT NULL,
    "live" {bool},
    UNIQUE ("event_id", "mark", "live")
);

CREATE INDEX "toy_guest_of_event" ON "toy_guest" ("event_id", "live");

CREATE TABLE "toy_kinds" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "at" {timestamp} NOT NULL,
    "on" {date} NOT NULL,
    "facts" {json} NOT NULL,
    "flag" {bool} NOT NULL DEFAULT {false},
    "small" {smallint} NOT NULL,
    "share" {float},
    "words" {text} NOT NULL
);

CREATE TABLE "toy_debt" (
    "id" {int} NOT NULL PRIMARY KEY,
    "event_id" {bigint} NOT NULL REFERENCES "toy_event" ("id") DEFERRABLE INITIALLY DEFERRED
);
