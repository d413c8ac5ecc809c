"""What must hold of every answer, and what a `Decimal` looks like."""

import atexit
import sys
from collections import Counter

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

seen = Counter()


@schemathesis.check
def no_fault_of_the_house(ctx, response, case):
    """The city may refuse; it may not fail."""
    errors = response.json().get("errors", [])
    codes = {error["extensions"]["code"] for error in errors} or {"whole"}
    seen.update(["answers", *codes])
    assert response.status_code < 500, response.text
    assert "INTERNAL" not in codes, response.text


numbers = st.decimals(allow_nan=False, allow_infinity=False).map(str)
scalar("Decimal", st.one_of(numbers.map(nodes.String), st.text(max_size=20).map(nodes.String), st.integers().map(nodes.Int)))
atexit.register(lambda: print(dict(seen.most_common()), file=sys.stderr))
