"""The machine door of filing, one file per thing that is filed."""
