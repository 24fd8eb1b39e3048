"""Taking data out: lists of people as CSV and XLSX."""
