-- Browsers in which an organizer came in before: the cookie that says so, under the site's index key.

CREATE TABLE "known_device" (
    "number" {serial},
    "mark" {blob} NOT NULL,
    "organizer_id" {uuid} NOT NULL REFERENCES "organizer" ("id") ON DELETE CASCADE,
    "used_on" {date} NOT NULL,
    UNIQUE ("mark", "organizer_id")
);

CREATE INDEX "device_of_organizer" ON "known_device" ("organizer_id");

-- How many letters that anybody can cause went to one address today, by a mark of it under the event's index key; a row
-- is forgotten the next day. "next_at": unix milliseconds.

CREATE TABLE "letter_allowance" (
    "mark" {blob} NOT NULL PRIMARY KEY,
    "day" {date} NOT NULL,
    "letters" {int} NOT NULL,
    "next_at" {bigint} NOT NULL
);

-- What somebody asked for by an address that is known or not: "wish" is sealed, and nothing else tells which. A row is
-- forgotten when it was answered, and within an hour. "asked_at": unix milliseconds.

CREATE TABLE "link_request" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "wish" {blob} NOT NULL,
    "asked_at" {bigint} NOT NULL
);

CREATE INDEX "link_request_asked" ON "link_request" ("asked_at");

CREATE INDEX "link_request_of_event" ON "link_request" ("event_id");

-- Places held for nobody where an event confirms addresses: what an address that is registered already would hold, were
-- it a new one. "mark" is the address under the event's index key; "until": unix milliseconds.

CREATE TABLE "shadow" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "mark" {blob} NOT NULL UNIQUE,
    "mode" VARCHAR(16) NOT NULL,
    "people" {int} NOT NULL,
    "until" {bigint} NOT NULL
);

CREATE INDEX "shadow_of_event" ON "shadow" ("event_id", "mode");

CREATE INDEX "shadow_until" ON "shadow" ("until");
