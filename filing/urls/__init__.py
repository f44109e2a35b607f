"""Routes of filing, one file per door."""
