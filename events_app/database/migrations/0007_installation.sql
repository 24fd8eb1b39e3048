-- One row: the mark that the data shares with its keyring, and whether it came out of a backup and is still looked at.

-- sqlite:
CREATE TABLE "installation" (
    "id" INTEGER NOT NULL PRIMARY KEY CHECK ("id" = 1),
    "mark" VARCHAR(64) NOT NULL,
    "state" VARCHAR(16) NOT NULL CHECK ("state" IN ('open', 'restoring', 'held')),
    "restored_from" {date}
);

-- postgresql:
CREATE TABLE "installation" (
    "id" SMALLINT NOT NULL PRIMARY KEY CHECK ("id" = 1),
    "mark" VARCHAR(64) NOT NULL,
    "state" VARCHAR(16) NOT NULL CHECK ("state" IN ('open', 'restoring', 'held')),
    "restored_from" {date}
);
