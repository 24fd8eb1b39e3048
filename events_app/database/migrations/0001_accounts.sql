-- The people behind the desk. Names and addresses lie in "person" and "address" as ciphertext; secrets only as digests.

CREATE TABLE "organizer" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "address_index" {blob} NOT NULL UNIQUE,
    "person" {blob} NOT NULL,
    "passphrase_hash" VARCHAR(200) NOT NULL,
    "created_day" {date} NOT NULL,
    "active" {bool} NOT NULL
);

CREATE TABLE "session" (
    "digest" {blob} NOT NULL PRIMARY KEY,
    "organizer_id" {uuid} NOT NULL REFERENCES "organizer" ("id") ON DELETE CASCADE,
    "created_at" {timestamp} NOT NULL,
    "seen_at" {timestamp} NOT NULL,
    "expires_at" {timestamp} NOT NULL,
    "form_token" VARCHAR(64) NOT NULL
);

CREATE INDEX "session_of_organizer" ON "session" ("organizer_id");

CREATE INDEX "session_expiry" ON "session" ("expires_at");

CREATE TABLE "one_time_link" (
    "digest" {blob} NOT NULL PRIMARY KEY,
    "kind" VARCHAR(16) NOT NULL CHECK ("kind" IN ('first', 'organizer')),
    "address" {blob},
    "expires_at" {timestamp} NOT NULL,
    "used_at" {timestamp}
);

CREATE TABLE "sign_in_tries" (
    "subject" {blob} NOT NULL PRIMARY KEY,
    "hour" {bigint} NOT NULL,
    "tries" {int} NOT NULL
);
