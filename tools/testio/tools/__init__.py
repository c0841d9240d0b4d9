"""What an assistant can do on test IO."""
