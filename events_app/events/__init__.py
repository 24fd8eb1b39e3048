"""Events and what they are made of: organizations, conferences, venues and rooms, hosts, speakers, agenda."""
