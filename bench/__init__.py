"""Measurements: every figure that the documents name has a command here that prints it."""
