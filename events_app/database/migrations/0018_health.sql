-- What goes wrong by itself: a job, a row that cannot be opened, a sign of the site; one row each, as long as it lasts.

CREATE TABLE "trouble" (
    "number" {serial},
    "job" VARCHAR(32) NOT NULL,
    "subject" VARCHAR(64) NOT NULL,
    "event_id" {uuid} REFERENCES "event" ("id") ON DELETE CASCADE,
    "detail" VARCHAR(64) NOT NULL,
    "since" {bigint} NOT NULL,
    "last_at" {bigint} NOT NULL,
    "times" {int} NOT NULL,
    UNIQUE ("job", "subject")
);

CREATE INDEX "trouble_of_event" ON "trouble" ("event_id");

-- When a backup was made last (unix milliseconds), and who wants to hear by email of such trouble: nobody, unless they say
-- so; and when they were told last.

ALTER TABLE "installation" ADD COLUMN "backed_up_at" {bigint};

ALTER TABLE "notice_choice" ADD COLUMN "hears_of_site" {bool} NOT NULL DEFAULT {false};

ALTER TABLE "notice_choice" ADD COLUMN "site_told_at" {bigint};
