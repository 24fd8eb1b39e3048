-- What was made to be looked at, and goes when the example is taken away: the id of a row in the table of its kind, and of
-- an event how many people were registered for it then.

CREATE TABLE "example_row" (
    "id" {uuid} NOT NULL PRIMARY KEY,
    "kind" VARCHAR(16) NOT NULL,
    "people" {int} NOT NULL DEFAULT 0
);
