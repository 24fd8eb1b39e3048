-- Pictures of events, conferences and speakers, each size a row; what pages say of them stands in the rows of those.

CREATE TABLE "picture" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} REFERENCES "event" ("id") ON DELETE CASCADE,
    "conference_id" {uuid} REFERENCES "conference" ("id") ON DELETE CASCADE,
    "speaker_id" {uuid} REFERENCES "speaker" ("id") ON DELETE CASCADE,
    "mark" VARCHAR(32) NOT NULL,
    "width" {int} NOT NULL,
    "content" {blob} NOT NULL
);

CREATE INDEX "picture_by_mark" ON "picture" ("mark", "width");
CREATE INDEX "picture_by_event" ON "picture" ("event_id");
CREATE INDEX "picture_by_conference" ON "picture" ("conference_id");
CREATE INDEX "picture_by_speaker" ON "picture" ("speaker_id");

ALTER TABLE "event" ADD COLUMN "picture" {json} NOT NULL DEFAULT '{}';
ALTER TABLE "conference" ADD COLUMN "picture" {json} NOT NULL DEFAULT '{}';
ALTER TABLE "speaker" ADD COLUMN "photo" VARCHAR(32) NOT NULL DEFAULT '';
ALTER TABLE "speaker" ADD COLUMN "biography" {json} NOT NULL DEFAULT '{}';
