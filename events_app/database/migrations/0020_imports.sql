-- An imported list comes in, and is taken back, a few people at a time: what it is doing, and how far it is.

ALTER TABLE "import_batch" ADD COLUMN "state" VARCHAR(8) NOT NULL DEFAULT 'done';
ALTER TABLE "import_batch" ADD COLUMN "done" {int} NOT NULL DEFAULT 0;
ALTER TABLE "import_batch" ADD COLUMN "passed_over" {int} NOT NULL DEFAULT 0;
ALTER TABLE "import_batch" ADD COLUMN "plan" {json} NOT NULL DEFAULT '{}';

UPDATE "import_batch" SET "done" = "rows";

CREATE TABLE "import_page" (
    "number" {serial},
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "batch_id" {uuid} NOT NULL REFERENCES "import_batch" ("id") ON DELETE CASCADE,
    "place" {int} NOT NULL,
    "people" {blob} NOT NULL,
    UNIQUE ("batch_id", "place")
);

CREATE INDEX "import_page_event" ON "import_page" ("event_id");
