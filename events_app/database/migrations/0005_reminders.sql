-- Reminders, and the personal calendar of somebody's registrations.

CREATE TABLE "reminder" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "minutes" {int} NOT NULL,
    "is_after" {bool} NOT NULL,
    "text" {json} NOT NULL,
    UNIQUE ("event_id", "minutes", "is_after")
);

CREATE TABLE "reminded" (
    "number" {serial},
    "reminder_id" {uuid} NOT NULL REFERENCES "reminder" ("id") ON DELETE CASCADE,
    "registration_id" {uuid} NOT NULL REFERENCES "registration" ("id") ON DELETE CASCADE,
    "told" VARCHAR(16) NOT NULL,
    UNIQUE ("reminder_id", "registration_id", "told")
);

CREATE TABLE "personal_feed" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "token_digest" {blob} NOT NULL UNIQUE,
    "entries" {blob} NOT NULL,
    "made_on" {date} NOT NULL
);
