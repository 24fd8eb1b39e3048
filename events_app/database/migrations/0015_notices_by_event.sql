-- What organizers chose for single events, by the event's id; whoever chose before hears of all alike.

ALTER TABLE "notice_choice" ADD COLUMN "by_event" {json} NOT NULL DEFAULT '{}';
