-- An endpoint that says that it is gone (410) is left alone until somebody sets it again.
ALTER TABLE webhook_endpoint ADD COLUMN gone_at timestamptz;
