"""What is read from filing, one file per thing that is filed."""
