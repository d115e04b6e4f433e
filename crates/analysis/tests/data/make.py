"""Reference values for the statistics, made with SciPy: writes statistics.json beside itself.

    python make.py

Numbers that JSON does not know are written as the strings "nan" and "inf". The tails of t and F are
mpmath's at 60 digits.
"""

import json
import math
import pathlib
import warnings

import mpmath
import numpy as np
import scipy
from scipy import stats

warnings.simplefilter("ignore")
rng = np.random.default_rng(2407_05340)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else str(value)


def spearman(name, x, y):
    x, y = [float(v) for v in x], [float(v) for v in y]
    result = stats.spearmanr(x, y)
    return {"name": name, "x": x, "y": y, "rho": number(result.statistic), "p": number(result.pvalue)}


def anova(name, *groups):
    groups = [[float(v) for v in g] for g in groups]
    result = stats.f_oneway(*groups)
    return {"name": name, "groups": groups, "f": number(result.statistic), "p": number(result.pvalue)}


def moments(name, values):
    values = [float(v) for v in values]
    return {"name": name, "values": values, "mean": number(np.mean(values)), "median": number(np.median(values)),
            "standard_error": number(stats.sem(values)), "ranks": stats.rankdata(values).tolist()}


def few_digits(values):
    return np.round(values, 3)


n = 200
x = few_digits(rng.normal(size=n))
noise = few_digits(rng.normal(size=n))
spearmans = [
    spearman("independent", x, noise),
    spearman("weak", x, few_digits(x + 3 * noise)),
    spearman("strong", x, few_digits(x + 0.1 * noise)),
    spearman("very strong", x, few_digits(x + 0.01 * noise)),
    spearman("falling", x, few_digits(-x + 0.5 * noise)),
    spearman("many ties", np.round(x), np.round(x + noise)),
    spearman("clamped", np.minimum(np.abs(3 * x), 5), noise),
    spearman("three", [1, 2, 3], [1, 3, 2]),
    spearman("four with ties", [1, 1, 2, 3], [4, 2, 2, 9]),
    spearman("zero correlation", [1, 2, 3, 4], [2, 4, 1, 3]),
    spearman("infinities", [-math.inf, 0, 1, math.inf], [3, 1, 2, 4]) | {"x": ["-inf", 0.0, 1.0, "inf"]},
    spearman("constant", [1, 2, 3], [7, 7, 7]),
    spearman("not a number", [1, 2, math.nan], [1, 2, 3]) | {"x": [1.0, 2.0, "nan"]},
]
g = few_digits(rng.normal(size=60))
anovas = [
    anova("two groups", g[:20], g[20:] + 0.5),
    anova("three groups", g[:10], g[10:40], g[40:] - 1),
    anova("one value in a group", g[:1], g[1:]),
    anova("far apart", g[:30], g[30:] + 1000),
    anova("far from zero", g[:30] + 1e6, g[30:] + 1e6 + 0.5),
    anova("same means", [1, 2, 3], [0, 2, 4]),
    anova("two constants", [1, 1, 1], [2, 2]),
    anova("constants that are no binary fractions", [0.1, 0.1, 0.1], [0.3, 0.3, 0.3]),
    anova("all the same", [0.1, 0.1, 0.1], [0.1, 0.1]),
    anova("empty group", [1, 2, 3], []),
    anova("single values", [1], [2]),
    anova("not a number", [1, 2, math.nan], [1, 2]) | {"groups": [[1.0, 2.0, "nan"], [1.0, 2.0]]},
]
momentses = [
    moments("normal", x),
    moments("ties", np.round(x)),
    moments("two", [1, 4]),
    moments("single", [2.5]),
    moments("constant", [0.1] * 10),
    moments("far from zero", 1e6 + g),
]

mpmath.mp.dps = 60


def series(a, b, x, y):
    """I_x(a, b) by the series of Abramowitz & Stegun 26.5.4, whose terms are all positive."""
    a, b, x, y = (mpmath.mpf(v) for v in (a, b, x, y))
    term = total = mpmath.mpf(1)
    n = 0
    while term > total * mpmath.mpf(10) ** -55:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return x**a * y**b / (a * mpmath.beta(a, b)) * total


def tail(a, b, x):
    below = x < (a + 1) / (a + b + 2)
    x, y = mpmath.mpf(x), 1 - mpmath.mpf(x)
    return float(series(a, b, x, y) if below else 1 - series(b, a, y, x))


tails = []
for a in [0.5, 1.0, 2.5, 9.0, 10.0, 31.0, 127.0, 1000.0, 24999.0]:
    for b in [0.5, 1.0, 3.5]:
        # Multiples of powers of two, so that the x that Rust reads is this one exactly.
        for x_ in [2.0**-200, 2.0**-20, 2.0**-7, 0.25, 0.5, 0.75, 0.875, 249 / 256, 1 - 2**-7, 1 - 2**-12, 1 - 2**-20]:
            value = tail(a, b, x_)
            if value > 1e-305:
                tails.append({"a": a, "b": b, "x": x_, "y": 1 - x_, "value": value})
for a, b, x_ in [(200.0, 200.0, 0.5), (200.0, 150.0, 0.5), (24999.0, 24999.0, 0.5), (24999.0, 20000.0, 0.5625), (24999.0, 24999.0, 0.484375)]:
    # As many degrees of freedom on both sides, near the mean: where the continued fraction is slowest.
    tails.append({"a": a, "b": b, "x": x_, "y": 1 - x_, "value": tail(a, b, x_)})
for a, b, y in [(24999.0, 0.5, 2.0**-70), (99.0, 0.5, 2.0**-55), (3.0, 0.5, 2.0**-60)]:
    # A correlation so small that 1 - rho^2 rounds to 1.
    tails.append({"a": a, "b": b, "x": 1.0, "y": y, "value": float(1 - series(b, a, y, 1 - mpmath.mpf(y)))})

out = {"made_with": {"scipy": scipy.__version__, "numpy": np.__version__, "mpmath": mpmath.__version__}, "spearman": spearmans,
       "anova": anovas, "moments": momentses, "tails": tails}
path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(out, separators=(",", ":")).replace('{"name"', '\n{"name"').replace('{"a"', '\n{"a"') + "\n")
print(path, path.stat().st_size, len(tails))
