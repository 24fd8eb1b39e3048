-- Browsers in which an organizer came in before: the cookie that says so, under the site's index key.

CREATE TABLE "known_device" (
    "number" {serial},
    "mark" {blob} NOT NULL,
    "organizer_id" {uuid} NOT NULL REFERENCES "organizer" ("id") ON DELETE CASCADE,
    "used_on" {date} NOT NULL,
    UNIQUE ("mark", "organizer_id")
);

CREATE INDEX "device_of_organizer" ON "known_device" ("organizer_id");
