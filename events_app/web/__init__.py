"""What every page needs from HTTP: forms, responses, the site's own facts, and the middleware."""
