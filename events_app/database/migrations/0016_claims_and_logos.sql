-- The claim of an event is a narrow row of its own: it is rewritten by everybody who registers, and the event's row holds
-- all of its texts.

CREATE TABLE "event_claim" (
    "event_id" {uuid} NOT NULL PRIMARY KEY REFERENCES "event" ("id") ON DELETE CASCADE,
    "number" {bigint} NOT NULL
);

-- Room on each page for the next version of a row, so that no index is touched by a claim.
-- postgresql:
ALTER TABLE "event_claim" SET (fillfactor = 50);

INSERT INTO "event_claim" ("event_id", "number") SELECT "id", "claims" FROM "event";

ALTER TABLE "event" DROP COLUMN "claims";

-- A logo is read by whoever looks at it, no longer with every host of every event.

CREATE TABLE "logo" (
    "organization_id" {uuid} NOT NULL PRIMARY KEY REFERENCES "organization" ("id") ON DELETE CASCADE,
    "picture" {blob} NOT NULL
);

INSERT INTO "logo" ("organization_id", "picture") SELECT "id", "logo" FROM "organization" WHERE LENGTH("logo") > 0;

ALTER TABLE "organization" DROP COLUMN "logo";
