"""Student's t distribution, without numpy: the share of its tails and its quantiles."""

from math import exp, lgamma, log, log1p

_TINY = 1e-300
_PRECISION = 1e-12
_MAX_TERMS = 500
_MAX_QUANTILE = 1e6
_BISECTIONS = 60


def two_sided_p(t: float, degrees: float) -> float:
    """Return the probability of a value at least as far from zero as `t`."""
    return _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def critical_value(p: float, degrees: float) -> float:
    """Return the value that is exceeded in either direction with probability `p`."""
    low, high = 0.0, 1.0
    while two_sided_p(high, degrees) > p and high < _MAX_QUANTILE:
        high *= 2
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided_p(middle, degrees) > p else (low, middle)
    return high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function (https://dlmf.nist.gov/8.17, continued fraction 8.17.22)."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return factor * _continued_fraction(a, b, x)


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the fraction from its start (Lentz's method) until a term changes nothing."""
    value, upper, lower = 1.0, 1.0, 0.0
    for term in range(_MAX_TERMS):
        m = term // 2
        if term == 0:
            numerator = 1.0
        elif term % 2 == 0:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        lower = 1 / (1 + numerator * lower or _TINY)
        upper = 1 + numerator / upper if term else 1 + numerator
        change = upper * lower
        value *= change
        if term and abs(change - 1) < _PRECISION:
            break
    return value - 1
