"""Workers on many machines: Celery on Redis around the check that everybody gets.

Thin on purpose.  The row in the database is the only truth about a check, in whatever process it is done; a message
only wakes somebody.  `celery -A workers.app worker -Q interactive` starts one; docs/scale.md names them all.
"""
