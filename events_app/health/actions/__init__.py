"""Verbs: try what may fail and note what did; look after the site; tell who asked."""
