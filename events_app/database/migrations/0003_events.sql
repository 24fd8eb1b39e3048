-- Events and what they are made of.

CREATE TABLE "organization" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "name" {json} NOT NULL,
    "link" VARCHAR(400) NOT NULL,
    "ours" {bool} NOT NULL,
    "colour" VARCHAR(7) NOT NULL,
    "second_colour" VARCHAR(7) NOT NULL,
    "logo" {blob},
    "logo_type" VARCHAR(40) NOT NULL,
    "languages" {json} NOT NULL
);

CREATE TABLE "conference" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "name" {json} NOT NULL,
    "edition" VARCHAR(80) NOT NULL,
    "zone" VARCHAR(64) NOT NULL,
    "starts_on" {date} NOT NULL,
    "ends_on" {date} NOT NULL,
    "link" VARCHAR(400) NOT NULL,
    "ours" {bool} NOT NULL,
    "about" {json} NOT NULL
);

CREATE TABLE "venue" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "name" {json} NOT NULL,
    "address" {json} NOT NULL,
    "city" VARCHAR(120) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "zone" VARCHAR(64) NOT NULL,
    "accessibility" {json} NOT NULL
);

CREATE TABLE "room" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "venue_id" {uuid} NOT NULL REFERENCES "venue" ("id") ON DELETE CASCADE,
    "name" {json} NOT NULL,
    "seats" {int},
    "step_free" {bool} NOT NULL
);

CREATE TABLE "event" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "conference_id" {uuid} REFERENCES "conference" ("id") ON DELETE RESTRICT,
    "room_id" {uuid} REFERENCES "room" ("id") ON DELETE RESTRICT,
    "title" {json} NOT NULL,
    "summary" {json} NOT NULL,
    "description" {json} NOT NULL,
    "place" {json} NOT NULL,
    "interpretation" {json} NOT NULL,
    "accessibility" {json} NOT NULL,
    "languages" {json} NOT NULL,
    "track" VARCHAR(80) NOT NULL,
    "starts_wall" VARCHAR(16) NOT NULL,
    "ends_wall" VARCHAR(16) NOT NULL,
    "zone" VARCHAR(64) NOT NULL,
    "starts_fold" {smallint} NOT NULL,
    "ends_fold" {smallint} NOT NULL,
    "starts_at" {timestamp} NOT NULL,
    "ends_at" {timestamp} NOT NULL,
    "offers_in_person" {bool} NOT NULL,
    "offers_online" {bool} NOT NULL,
    "capacity_in_person" {int} CHECK ("capacity_in_person" >= 0),
    "capacity_online" {int} CHECK ("capacity_online" >= 0),
    "keeps_waitlist" {bool} NOT NULL,
    "offers_places" {bool} NOT NULL,
    "offer_hours" {int} NOT NULL,
    "needs_approval" {bool} NOT NULL,
    "invitation_only" {bool} NOT NULL,
    "confirms_address" {bool} NOT NULL,
    "confirm_hours" {int} NOT NULL,
    "shows_places" VARCHAR(8) NOT NULL CHECK ("shows_places" IN ('exact', 'few', 'hidden')),
    "most_guests" {int} NOT NULL,
    "sends_holds" {bool} NOT NULL,
    "venue_key" VARCHAR(36) NOT NULL,
    "announced" {json} NOT NULL,
    "moved_from" {json} NOT NULL,
    "opens_at" {timestamp},
    "closes_at" {timestamp},
    "join_link" {blob},
    "consent_version" {int} NOT NULL,
    "status" VARCHAR(16) NOT NULL CHECK ("status" IN ('draft', 'published', 'cancelled')),
    "visibility" VARCHAR(16) NOT NULL CHECK ("visibility" IN ('public', 'unlisted')),
    "sequence" {int} NOT NULL,
    "claims" {bigint} NOT NULL,
    "revision" {int} NOT NULL,
    "created_at" {timestamp} NOT NULL,
    "changed_at" {timestamp} NOT NULL
);

CREATE INDEX "event_conference" ON "event" ("conference_id", "starts_at");

CREATE INDEX "event_shown" ON "event" ("status", "visibility", "starts_at");

CREATE TABLE "event_host" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "organization_id" {uuid} NOT NULL REFERENCES "organization" ("id") ON DELETE RESTRICT,
    "role" VARCHAR(16) NOT NULL,
    "position" {int} NOT NULL,
    UNIQUE ("event_id", "organization_id")
);

CREATE TABLE "speaker" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "name" {json} NOT NULL,
    "about" {json} NOT NULL,
    "role" VARCHAR(16) NOT NULL,
    "confirmed" {bool} NOT NULL,
    "position" {int} NOT NULL
);

CREATE INDEX "speaker_of_event" ON "speaker" ("event_id", "position");

CREATE TABLE "agenda_item" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "title" {json} NOT NULL,
    "minutes" {int} NOT NULL,
    "position" {int} NOT NULL
);

CREATE INDEX "agenda_of_event" ON "agenda_item" ("event_id", "position");

CREATE TABLE "consent_text" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "version" {int} NOT NULL,
    "text" {json} NOT NULL,
    UNIQUE ("event_id", "version")
);
