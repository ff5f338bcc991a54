"""The sample high street: shops of our own writing, served by name over HTTPS on loopback, fetched by the real
fetcher and judged by the real judge.

Nothing here is a fake of ours: no rule, limit or short cut knows that it looks at a sample.  Every firm, person,
number and address in the texts is invented; names stand under `.example`.
"""

from pharmcheck.demo.cases import Case, Entry, load_cases
from pharmcheck.demo.sample_register import sample_registers
from pharmcheck.demo.show import run
from pharmcheck.demo.street import Street, policy_for, start_street

__all__ = ["Case", "Entry", "Street", "load_cases", "policy_for", "run", "sample_registers", "start_street"]
