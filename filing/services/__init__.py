"""What happens in filing, one file per job."""
