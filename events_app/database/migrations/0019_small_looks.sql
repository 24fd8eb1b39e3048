-- What is asked often finds its rows without passing all the others: who waits in line, and the letters that went wrong.

CREATE INDEX "registration_line" ON "registration" (
    "event_id", "mode", "quota_id", "waitlist_order", "arrival", "id", "party", "status", "seated"
)
    WHERE "status" = 'waitlisted' AND NOT "seated";

CREATE INDEX "registration_end_of_line" ON "registration" ("event_id", "waitlist_order")
    WHERE "waitlist_order" IS NOT NULL;

-- A letter is long, and never deleted before its event is forgotten: what the desk and the caretaker ask of all of them
-- is asked of these.

DROP INDEX "letter_count";

CREATE INDEX "letter_count" ON "letter" ("event_id", "state", "number");

CREATE INDEX "letter_refused" ON "letter" ("event_id", "number") WHERE "state" = 'refused';

CREATE INDEX "letter_in_doubt" ON "letter" ("event_id", "number") WHERE "doubts" > 0;

CREATE INDEX "letter_in_trouble" ON "letter" ("number") WHERE "last_error" <> '';

CREATE INDEX "letter_of_erased" ON "letter" ("number") WHERE "words" IN ('last', 'once');
