-- Programmes keep their ids: a speaker's row has the id of the person, the same in all events where they speak; people
-- who are there already keep the id by which they were published. Events may last whole days, and may say whether
-- they block the time in people's calendars; those that are there stay as they are.

ALTER TABLE "speaker" ADD COLUMN "person_id" {uuid};

UPDATE "speaker" SET "person_id" = "id";

-- sqlite rebuild:
CREATE TABLE "speaker" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "person_id" {uuid} NOT NULL,
    "name" {json} NOT NULL,
    "about" {json} NOT NULL,
    "role" VARCHAR(16) NOT NULL,
    "confirmed" {bool} NOT NULL,
    "position" {int} NOT NULL
);

-- postgresql:
ALTER TABLE "speaker" ALTER COLUMN "person_id" SET NOT NULL;

ALTER TABLE "event" ADD COLUMN "all_day" {bool} NOT NULL DEFAULT {false};

ALTER TABLE "event" ADD COLUMN "blocks_time" VARCHAR(8) NOT NULL DEFAULT '' CHECK ("blocks_time" IN ('', 'yes', 'no'));

-- A personal calendar that was made before its entries had the UIDs of invitations keeps those that calendars know.

ALTER TABLE "personal_feed" ADD COLUMN "keeps_event_uids" {bool} NOT NULL DEFAULT {false};

UPDATE "personal_feed" SET "keeps_event_uids" = {true};
