"""Kept pages: the page cache and the response cache, which give out public pages again while they are true."""
