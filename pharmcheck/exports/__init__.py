"""Verdicts as files: one format a file, written row by row, so that a list of any length takes the same memory."""
