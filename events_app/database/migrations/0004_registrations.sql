-- Who is coming. Names, addresses, answers and notes lie in blobs as ciphertext; the rest says nothing about anybody.

CREATE TABLE "quota" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "name" VARCHAR(120) NOT NULL,
    "mode" VARCHAR(16) NOT NULL CHECK ("mode" IN ('in_person', 'online')),
    "places" {int} NOT NULL CHECK ("places" >= 0),
    UNIQUE ("event_id", "mode", "name")
);

CREATE TABLE "import_batch" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "imported_on" {date} NOT NULL,
    "rows" {int} NOT NULL,
    "undone" {bool} NOT NULL
);

CREATE TABLE "import_draft" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "organizer_id" {uuid} NOT NULL,
    "file" {blob} NOT NULL,
    "choices" {json} NOT NULL,
    "expires_at" {bigint} NOT NULL
);

CREATE INDEX "import_draft_expires" ON "import_draft" ("expires_at");

CREATE TABLE "registration" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE RESTRICT,
    "quota_id" {uuid} REFERENCES "quota" ("id") ON DELETE RESTRICT,
    "import_batch_id" {uuid} REFERENCES "import_batch" ("id") ON DELETE SET NULL,
    "status" VARCHAR(16) NOT NULL
        CHECK ("status" IN ('pending', 'confirmed', 'waitlisted', 'declined', 'cancelled')),
    "seated" {bool} NOT NULL,
    "mode" VARCHAR(16) NOT NULL CHECK ("mode" IN ('in_person', 'online')),
    "language" VARCHAR(8) NOT NULL,
    "address_index" {blob} NOT NULL,
    "live" {smallint} CHECK ("live" = 1),
    "waitlist_order" {int},
    "party" {uuid},
    "due_at" {bigint},
    "due_for" VARCHAR(16) NOT NULL CHECK ("due_for" IN ('', 'offer', 'address', 'leaving')),
    "registered_on" {date} NOT NULL,
    "token_digest" {blob} NOT NULL UNIQUE,
    "person" {blob} NOT NULL,
    "notes" {blob},
    "erased" {bool} NOT NULL,
    "consent_version" {int} NOT NULL,
    "answer" VARCHAR(16) NOT NULL,
    "sequence" {int} NOT NULL,
    "invited" {bool} NOT NULL,
    "organizer_address" VARCHAR(254) NOT NULL,
    "organizer_name" VARCHAR(200) NOT NULL,
    "told" VARCHAR(16) NOT NULL,
    "said" VARCHAR(16) NOT NULL,
    "undeliverable" {bool} NOT NULL,
    "answered_at" {bigint},
    CONSTRAINT "one_live_registration_per_address" UNIQUE ("event_id", "address_index", "live")
);

CREATE INDEX "registration_of_event" ON "registration" ("event_id", "status", "mode", "waitlist_order");

-- The list, a page at a time by id (exports); without it every page sorts all of the event.
CREATE INDEX "registration_page" ON "registration" ("event_id", "id");

CREATE INDEX "registration_seats" ON "registration" ("event_id", "seated", "mode", "quota_id");

CREATE INDEX "registration_organizer" ON "registration" ("organizer_address");

CREATE INDEX "registration_due" ON "registration" ("due_at");

CREATE INDEX "registration_party" ON "registration" ("party");

CREATE TABLE "history_line" (
    "number" {serial},
    "registration_id" {uuid} NOT NULL REFERENCES "registration" ("id") ON DELETE CASCADE,
    "day" {date} NOT NULL,
    "what" VARCHAR(32) NOT NULL,
    "who" VARCHAR(16) NOT NULL
);

CREATE INDEX "history_of_registration" ON "history_line" ("registration_id");

CREATE TABLE "question" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "kind" VARCHAR(16) NOT NULL,
    "label" {json} NOT NULL,
    "help" {json} NOT NULL,
    "purpose" {json} NOT NULL,
    "choices" {json} NOT NULL,
    "required" {bool} NOT NULL,
    "only_mode" VARCHAR(16) NOT NULL,
    "when_question_id" {uuid},
    "when_values" {json} NOT NULL,
    "audience" VARCHAR(16) NOT NULL,
    "keep_days" {int} NOT NULL,
    "position" {int} NOT NULL,
    "retired" {bool} NOT NULL,
    "forgotten_on" {date}
);

CREATE INDEX "question_of_event" ON "question" ("event_id", "position");

CREATE TABLE "invitation" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "quota_id" {uuid} REFERENCES "quota" ("id") ON DELETE SET NULL,
    "batch" VARCHAR(120) NOT NULL,
    "purpose" VARCHAR(16) NOT NULL CHECK ("purpose" IN ('open', 'jump', 'transfer')),
    "code_index" {blob} NOT NULL,
    "address_index" {blob},
    "guest" {blob} NOT NULL,
    "state" VARCHAR(16) NOT NULL CHECK ("state" IN ('created', 'sent', 'used', 'revoked')),
    "registration_id" {uuid},
    "created_on" {date} NOT NULL,
    UNIQUE ("event_id", "code_index")
);

CREATE INDEX "invitation_of_event" ON "invitation" ("event_id", "batch");

CREATE TABLE "saved_view" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "name" VARCHAR(80) NOT NULL,
    "query" VARCHAR(1000) NOT NULL
);

CREATE INDEX "saved_view_of_event" ON "saved_view" ("event_id");

CREATE TABLE "mailing" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "event_id" {uuid} NOT NULL REFERENCES "event" ("id") ON DELETE CASCADE,
    "content" {blob} NOT NULL,
    "state" VARCHAR(16) NOT NULL CHECK ("state" IN ('draft', 'sending', 'sent')),
    "people" {int} NOT NULL,
    "made_on" {date} NOT NULL
);

CREATE INDEX "mailing_of_event" ON "mailing" ("event_id");

CREATE TABLE "mailing_line" (
    "number" {serial},
    "mailing_id" {uuid} NOT NULL REFERENCES "mailing" ("id") ON DELETE CASCADE,
    "registration_id" {uuid} NOT NULL REFERENCES "registration" ("id") ON DELETE CASCADE,
    "state" VARCHAR(16) NOT NULL CHECK ("state" IN ('waiting', 'posted', 'passed_over')),
    "letter_id" {uuid},
    UNIQUE ("mailing_id", "registration_id")
);

CREATE INDEX "mailing_line_waiting" ON "mailing_line" ("mailing_id", "state");
