// Reads a JSON list of calendar files on stdin with one parser (icaljs or ts-ics), prints a JSON list of their events.
import { readFileSync } from "node:fs";

const readers = {
  async icaljs() {
    const { default: ICAL } = await import("ical.js");
    const utc = (time) => new Date(time.toUnixTime() * 1000).toISOString();
    return (text) => {
      // Each file is read by its own VTIMEZONEs only: none may be left over from the file before.
      ICAL.TimezoneService.reset();
      const calendar = new ICAL.Component(ICAL.parse(text));
      return calendar.getAllSubcomponents("vevent").map((component) => {
        const event = new ICAL.Event(component);
        const attendee = component.getFirstProperty("attendee");
        return {
          method: calendar.getFirstPropertyValue("method"),
          uid: event.uid,
          start: utc(event.startDate),
          end: utc(event.endDate),
          summary: event.summary,
          description: event.description,
          status: component.getFirstPropertyValue("status"),
          sequence: event.sequence,
          organizer: event.organizer,
          attendee: attendee ? attendee.getFirstValue() : null,
          name: attendee ? attendee.getParameter("cn") ?? null : null,
          names: component.getAllProperties().map((property) => property.name),
        };
      });
    };
  },
  async "ts-ics"() {
    const { convertIcsCalendar } = await import("ts-ics");
    return (text) => {
      const calendar = convertIcsCalendar(undefined, text);
      return (calendar.events ?? []).map((event) => ({
        method: calendar.method,
        uid: event.uid,
        start: event.start.date.toISOString(),
        end: event.end.date.toISOString(),
        summary: event.summary,
        description: event.description ?? null,
        status: event.status,
        sequence: event.sequence ?? 0,
        organizer: event.organizer ? `mailto:${event.organizer.email}` : null,
        attendee: event.attendees?.length ? `mailto:${event.attendees[0].email}` : null,
        name: event.attendees?.length ? event.attendees[0].name ?? null : null,
      }));
    };
  },
};

const read = await readers[process.argv[2]]();
const files = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(files.map(read)));
