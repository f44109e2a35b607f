"""What is read from customs: parcels, their documents, findings, tax and history."""
