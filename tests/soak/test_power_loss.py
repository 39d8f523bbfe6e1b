"""Ten runs to each point, where the power goes; half of them at least come so far.

No failure in 55 excludes a rate above 5.5% at 95%.
"""

import pytest

from tests.ingest.killing import ONCE, POINTS
from tests.ingest.test_power_loss import Outage, outage

__all__ = ["outage"]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.mark.parametrize("point", POINTS)
def test_ten_cuts_at_each_point(outage: Outage, point: str):
    struck = 0
    for number in range(10):
        from_old = bool(number % 2) or "removed" in point
        passes = 1 if point in ONCE else 1 + number // 2
        struck += outage.strike(point, passes, from_old=from_old)
    assert struck >= 5
