"""Events and what they are made of: texts, times, hosts, speakers, agenda."""
