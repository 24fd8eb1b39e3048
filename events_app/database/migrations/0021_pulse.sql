-- The mark of life of whoever does what happens by itself, so that all others see when they hang.

CREATE TABLE "pulse" (
    "id" {int} NOT NULL PRIMARY KEY,
    "beat_at" {bigint} NOT NULL
);
