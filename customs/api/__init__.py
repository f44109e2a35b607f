"""The machine door of customs: where parcels stand, account books, what may be declared simplified."""
