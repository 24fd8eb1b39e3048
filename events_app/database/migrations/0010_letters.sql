-- A letter knows its address by the blind index of its scope, and the desk knows when the mail server takes nothing of us.

ALTER TABLE "letter" ADD COLUMN "address_index" {blob};

CREATE TABLE "mail_stop" (
    "id" VARCHAR(16) NOT NULL PRIMARY KEY,
    "reason" VARCHAR(16) NOT NULL,
    "words" VARCHAR(200) NOT NULL,
    "since" {bigint} NOT NULL,
    "until" {bigint} NOT NULL
);
