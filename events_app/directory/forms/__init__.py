"""The desk's forms for organizations and venues, and for times as people type them."""
