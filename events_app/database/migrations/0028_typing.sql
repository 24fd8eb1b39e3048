-- What an organizer has typed into a form of an event and not saved yet: sealed, for a week, for them alone.

CREATE TABLE "typing" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "organizer_id" {uuid} NOT NULL REFERENCES "organizer" ("id") ON DELETE CASCADE,
    "page" VARCHAR(80) NOT NULL,
    "content" {blob} NOT NULL,
    "kept_at" {bigint} NOT NULL,
    UNIQUE ("event_id", "organizer_id", "page")
);

CREATE INDEX "typing_kept_at" ON "typing" ("kept_at");
CREATE INDEX "typing_organizer" ON "typing" ("organizer_id");
