"""Pages of enterprises: home, upload, parcels, receipts."""
