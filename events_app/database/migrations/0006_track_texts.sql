-- An event's track becomes a text in several languages, like its title: what was written stays, under each of the
-- title's languages (English where it has none), so that every page and every feed shows what it showed.

-- sqlite:
UPDATE "event" SET "track" = CASE WHEN trim("track") = '' THEN '{}' ELSE coalesce(
    nullif((
        SELECT json_group_object(said."key", "event"."track") FROM json_each("event"."title") AS said
        WHERE said."value" <> ''
    ), '{}'),
    json_object('en', "track")
) END;

-- sqlite rebuild:
CREATE TABLE "event" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "conference_id" {uuid} REFERENCES "conference" ("id") ON DELETE RESTRICT,
    "room_id" {uuid} REFERENCES "room" ("id") ON DELETE RESTRICT,
    "title" {json} NOT NULL,
    "summary" {json} NOT NULL,
    "description" {json} NOT NULL,
    "place" {json} NOT NULL,
    "interpretation" {json} NOT NULL,
    "accessibility" {json} NOT NULL,
    "languages" {json} NOT NULL,
    "track" {json} NOT NULL,
    "starts_wall" VARCHAR(16) NOT NULL,
    "ends_wall" VARCHAR(16) NOT NULL,
    "zone" VARCHAR(64) NOT NULL,
    "starts_fold" {smallint} NOT NULL,
    "ends_fold" {smallint} NOT NULL,
    "starts_at" {timestamp} NOT NULL,
    "ends_at" {timestamp} NOT NULL,
    "offers_in_person" {bool} NOT NULL,
    "offers_online" {bool} NOT NULL,
    "capacity_in_person" {int} CHECK ("capacity_in_person" >= 0),
    "capacity_online" {int} CHECK ("capacity_online" >= 0),
    "keeps_waitlist" {bool} NOT NULL,
    "offers_places" {bool} NOT NULL,
    "offer_hours" {int} NOT NULL,
    "needs_approval" {bool} NOT NULL,
    "invitation_only" {bool} NOT NULL,
    "confirms_address" {bool} NOT NULL,
    "confirm_hours" {int} NOT NULL,
    "shows_places" VARCHAR(8) NOT NULL CHECK ("shows_places" IN ('exact', 'few', 'hidden')),
    "most_guests" {int} NOT NULL,
    "sends_holds" {bool} NOT NULL,
    "venue_key" VARCHAR(36) NOT NULL,
    "announced" {json} NOT NULL,
    "moved_from" {json} NOT NULL,
    "opens_at" {timestamp},
    "closes_at" {timestamp},
    "join_link" {blob},
    "consent_version" {int} NOT NULL,
    "status" VARCHAR(16) NOT NULL CHECK ("status" IN ('draft', 'published', 'cancelled')),
    "visibility" VARCHAR(16) NOT NULL CHECK ("visibility" IN ('public', 'unlisted')),
    "sequence" {int} NOT NULL,
    "claims" {bigint} NOT NULL,
    "revision" {int} NOT NULL,
    "created_at" {timestamp} NOT NULL,
    "changed_at" {timestamp} NOT NULL
);

-- postgresql:
ALTER TABLE "event" ALTER COLUMN "track" TYPE TEXT;

-- postgresql:
UPDATE "event" SET "track" = CASE WHEN trim("track") = '' THEN '{}' ELSE coalesce(
    (
        SELECT jsonb_object_agg(said."key", "event"."track") FROM jsonb_each_text("event"."title") AS said
        WHERE said."value" <> ''
    ),
    jsonb_build_object('en', "track")
)::TEXT END;

-- postgresql:
ALTER TABLE "event" ALTER COLUMN "track" TYPE {json} USING "track"::{json};
