"""Tables of customs that set-based SQL of higher apps may read."""

PARCEL = "customs_parcel"
"""One row per decided parcel: keys, state, regime, tax, business dates; `b2b` is what statistics count as B2B export (rules A.1)."""

TAX_LINE = "customs_taxline"
"""Tax of each line of an import parcel."""

TAX_BILL = "customs_taxbill"
"""Electronic tax bill of each released import list; `state` 1 generated, 2 summed, 3 void."""

CLEARED_LIST = "customs_clearedlist"
"""One row per cleared export list: id of its parcel, clearance time and month, declaration type, request that summarised it."""

SUMMARISED_LINE = "customs_summarisedline"
"""List line (parcel_id, gnum) → line of a declaration (declaration_id, gseqno); absent while it is not summarised."""

SUMMARY_DECLARATION = "customs_summarydeclaration"
"""Declarations made by summarising: sum_no, decl_seq_no, entry_id once customs has given it."""
