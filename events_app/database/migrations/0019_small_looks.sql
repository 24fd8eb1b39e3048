-- What is asked often finds its rows without passing all the others: who waits in line, and the letters that went wrong.

CREATE INDEX "registration_line" ON "registration" ("event_id", "mode", "quota_id", "waitlist_order", "arrival", "id")
    WHERE "status" = 'waitlisted' AND "seated" = FALSE;
