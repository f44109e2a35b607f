"""The set-based hot path: a batch of messages in, decided parcels out.

Promises: every inventory whose documents have arrived is decided exactly once; what a turn reads and writes is one transaction,
so a killed worker leaves the queue as it was; the number of statements does not depend on the number of documents; every step is
one statement with a name. Assumptions: one worker per database (advisory lock), documents are never updated
(who replaces one holds the documents lock, which a turn takes first), and the queue row of a message commits with its documents.
"""
