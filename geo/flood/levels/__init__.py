"""River levels one to six hours ahead: quantiles for every gauge, from levels alone or with more."""
