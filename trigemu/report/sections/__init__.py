"""Sections of reports: tables and pictures of one subject each, as HTML."""
