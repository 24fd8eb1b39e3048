"""Codes, personal links, and seats kept for partners."""
