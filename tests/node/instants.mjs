// Reads a JSON list of {zone: a VCALENDAR with one VTIMEZONE, walls: ["2027-03-30T18:00:00", ...]} on stdin and prints,
// for each, the Unix times ical.js finds for those wall times through that VTIMEZONE alone.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const instants = ({ zone, walls }) => {
  const component = new ICAL.Component(ICAL.parse(zone)).getFirstSubcomponent("vtimezone");
  const timezone = new ICAL.Timezone(component);
  return walls.map((wall) => {
    const time = ICAL.Time.fromDateTimeString(wall);
    time.zone = timezone;
    return time.toUnixTime();
  });
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(instants)));
