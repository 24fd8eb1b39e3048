-- Who came before whom, as a number of the event and without a time. Registrations of before get theirs by day, then by
-- their place in line, then by id; who came together stays together, the one who registered them first.

ALTER TABLE "registration" ADD COLUMN "arrival" {int} NOT NULL DEFAULT 0;

UPDATE "registration" SET "arrival" = "numbered"."number" FROM (
    SELECT "id", ROW_NUMBER() OVER (
        PARTITION BY "event_id"
        ORDER BY "registered_on", COALESCE("waitlist_order", 0), COALESCE("party", "id"),
            CASE WHEN "party" IS NULL OR "party" = "id" THEN 0 ELSE 1 END, "id"
    ) AS "number" FROM "registration"
) AS "numbered" WHERE "numbered"."id" = "registration"."id";

CREATE INDEX "registration_arrival" ON "registration" ("event_id", "arrival");

-- Who waits for places of a partner's quota that is of the other mode waits with everybody: those places have no line.
UPDATE "registration" SET "quota_id" = NULL WHERE "status" IN ('pending', 'waitlisted') AND "seated" = {false} AND EXISTS (
    SELECT 1 FROM "quota" WHERE "quota"."id" = "registration"."quota_id" AND "quota"."mode" <> "registration"."mode"
);
