"""What stands in the files of a platform: edges, seeds and features in, ranked accounts out."""
