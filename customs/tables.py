"""Tables of customs that set-based SQL of higher apps may read."""

PARCEL = "customs_parcel"
"""One row per decided parcel: keys, state, regime, tax, business dates."""

TAX_LINE = "customs_taxline"
"""Tax of each line of an import parcel."""

TAX_BILL = "customs_taxbill"
"""Electronic tax bill of each released import list; `state` 1 generated, 2 summed, 3 void."""
